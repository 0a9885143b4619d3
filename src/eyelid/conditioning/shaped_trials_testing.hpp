// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// Courses of a closing lid, so that no onset is judged on one shape alone.
enum class LidShape {
  MinimumJerk,
  Gamma,
  Saturating,
  HalfSine,
  TwoStep,
  Logistic,
  RaisedCosine,
  Ramp,
  Cubic,
  Damped
};
inline constexpr std::array<LidShape, 10> kLidShapes{LidShape::MinimumJerk,
                                                     LidShape::Gamma,
                                                     LidShape::Saturating,
                                                     LidShape::HalfSine,
                                                     LidShape::TwoStep,
                                                     LidShape::Logistic,
                                                     LidShape::RaisedCosine,
                                                     LidShape::Ramp,
                                                     LidShape::Cubic,
                                                     LidShape::Damped};
std::string_view name_of(LidShape shape);

/// One response. It starts at `onset_s`; a logistic course, which has no start, reaches 2 % there.
struct ShapedResponse {
  LidShape shape = LidShape::MinimumJerk;
  double onset_s = 0.0;
  double rise_s = 0.0;     // to the peak; to 95 % (saturating, damped), from 2 to 98 % (logistic)
  double amplitude = 0.0;  // at the peak
  double detail = 0.0;     // 0 .. 1: exponent of gamma, place of the pause of two steps
};

/// Closure above rest at a time, without what ends the movement.
double closure_of(const ShapedResponse& response, double time_s);

/// Ranges to draw from.
struct ShapedSessionPlan {
  std::uint64_t seed = 1;
  LidShape shape = LidShape::MinimumJerk;
  int trials = 60;
  double frames_per_s = 250.0;
  double noise = 0.015;       // SD in FEC: half of it pink, half white
  double drift_per_s = 0.02;  // at most
  double min_rise_s = 0.07;
  double max_rise_s = 0.25;
  double min_amplitude = 0.15;
  double max_amplitude = 1.0;
  double response_share = 0.7;  // of the trials
  double alpha_share = 0.25;    // of the trials: 15 to 40 ms after the CS, gone by 120 ms
  double blink_share = 0.2;     // of the trials: a blink that ends before the CS
};

struct ShapedTrial {
  Trial trial;
  std::optional<ShapedResponse> response;
  bool has_alpha = false;
  double amplitude_at_us = 0.0;    // mean of the last 20 ms before the US, without noise
  double largest_before_us = 0.0;  // without noise and alpha
};

struct ShapedSession {
  SessionTrace trace;
  std::vector<ShapedTrial> trials;
};

/// A session of trials whose responses are known.
ShapedSession shaped_session(const ShapedSessionPlan& plan);

}  // namespace eyelid::conditioning
