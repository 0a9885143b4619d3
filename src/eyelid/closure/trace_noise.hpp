// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "eyelid/core/per_eye.hpp"

namespace eyelid::closure {

/// Standard deviation of the noise of a FEC trace at rest: from the median of the second
/// differences |f(t - lag) - 2 f(t) + f(t + lag)|, whose deviation is sqrt(6) of white noise's.
///
/// Slow changes (gaze, a talking face, a swaying head) cancel in second differences, which the
/// spread about any rest level counts as noise. The lag is 28 ms, or one frame in slower video:
/// the span of the filter, beyond which its values are independent, and half of what a lid takes to
/// close, so that it is the noise that a blink has to rise above. At rest: an eye less than half
/// closed at all three times. Constant memory.
///
/// Source: the pseudo-residuals of Gasser, Sroka & Jennen-Steinmetz, Biometrika 73 (1986) 625.
class TraceNoise {
 public:
  void add(double time_s, float fec);
  /// What follows does not continue what was added.
  void end_segment() { recent_.clear(); }
  /// 0 before the first difference.
  float deviation() const { return from_quantile(0.5, 0.67449); }
  /// The same from the 90th percentile instead of the median: larger where landmarks slip now and
  /// then, equal for white noise.
  float tail_deviation() const { return from_quantile(0.9, 1.64485); }

 private:
  // `normal`: this quantile of the absolute value of a standard normal variable.
  float from_quantile(double quantile, double normal) const;

  struct Value {
    double time_s;
    float fec;
  };
  std::deque<Value> recent_;                 // the latest two lags
  std::array<std::int64_t, 2000> counts_{};  // differences / sqrt(6) in steps of 0.001
  std::int64_t count_ = 0;
};

struct ClosureNoise {
  PerEye<float> deviation;
  PerEye<float> tail;
  float tail_of_mean = 0.0f;  // of both eyes: what they share, as of a moving head, is not halved
};

class ClosureNoiseMeter {
 public:
  /// FEC kNotAvailable where an eye is not seen. The flags say that nothing before belongs to that
  /// eye's value.
  void add(double time_s, const PerEye<float>& fec, const PerEye<bool>& starts_segment);
  ClosureNoise noise() const;

 private:
  PerEye<TraceNoise> eyes_;
  TraceNoise mean_;
};

}  // namespace eyelid::closure
