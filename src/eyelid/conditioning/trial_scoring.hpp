// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// One eye's closure, seen through the session's memory.
struct EyeTrace {
  std::span<const double> time_s;
  std::span<const double> fec;       // as measured: onset, standard deviations
  std::span<const double> smoothed;  // by preset.smoothing_s: everything else
  std::span<const std::uint8_t> interpolated;
  double frame_interval_s = 0.0;
};

/// Limits that follow from all trials of a session; kOff where the preset has no such rule.
struct SessionLimits {
  double scale = 1.0;         // amplitudes are divided by this
  double sd_limit = kOff;     // SD before the CS above this: rejected
  double below_limit = kOff;  // a closure under baseline + this: rejected
};

/// Level before the stimuli.
struct BaselineFigures {
  SampleRange range;
  double level = kNoFigure;
  double sd = kNoFigure;
};

/// Baseline of a trial as the preset defines it; level kNoFigure without a sample.
BaselineFigures baseline_of(const EyeTrace& eye, const StimulusTimes& times, const Preset& preset);

/// Scores one trial of one eye: verdict with reason, and every figure of TrialScore that the trace
/// gives, also for trials without a CR and rejected ones.
TrialScore score_trial(const EyeTrace& eye,
                       const Trial& trial,
                       const StimulusTimes& times,
                       const Preset& preset,
                       const SessionLimits& limits);

}  // namespace eyelid::conditioning
