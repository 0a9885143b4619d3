// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// The closure of a whole recording as frames.csv holds it; about 35 bytes a frame.
///
/// Closures are rounded to 1e-6, so that a decimal of the file is that decimal here: 0.1 read as
/// float would exceed a criterion of 0.1.
class SessionTrace {
 public:
  /// Throws InputError when times are not finite or do not increase.
  void add(const EyelidSample& sample);

  std::size_t size() const { return time_s_.size(); }
  const std::vector<double>& time_s() const { return time_s_; }
  const std::vector<double>& fec(ScoredEye eye) const {
    return fec_[static_cast<std::size_t>(eye)];
  }
  const std::vector<std::uint8_t>& interpolated() const { return interpolated_; }
  const std::vector<std::int64_t>& frame() const { return frame_; }
  double first_s() const { return time_s_.empty() ? 0.0 : time_s_.front(); }
  double last_s() const { return time_s_.empty() ? 0.0 : time_s_.back(); }
  /// Typical step between frames (upper_median); 0 with fewer than two.
  double frame_interval_s() const;

 private:
  std::vector<std::int64_t> frame_;
  std::vector<double> time_s_;
  std::array<std::vector<double>, 3> fec_;  // right, left, mean
  std::vector<std::uint8_t> interpolated_;
};

/// Samples first <= i < last.
struct SampleRange {
  std::size_t first = 0;
  std::size_t last = 0;
  bool is_empty() const { return first >= last; }
};

/// Where the stimuli of a trial lie on the clock of the video; the one that was not given is placed
/// where it would have been.
struct StimulusTimes {
  double cs_s = 0.0;
  double us_s = 0.0;
};

double time_of(const Moment& moment, const StimulusTimes& times);

/// Samples with from_s <= time < to_s, within a microsecond, the precision of times in files.
SampleRange samples_between(std::span<const double> time_s, double from_s, double to_s);
SampleRange samples_in(std::span<const double> time_s,
                       const Window& window,
                       const StimulusTimes& times);

/// For the functions of core/statistics.hpp; empty when the range is.
std::span<const double> values_in(std::span<const double> values, SampleRange range);
/// Index of the largest or smallest finite value, the earliest of equals; range.last when there is
/// none.
std::size_t argmax(std::span<const double> values, SampleRange range);
std::size_t argmin(std::span<const double> values, SampleRange range);
/// Largest minus smallest finite value; kNoFigure when there is none.
double value_range(std::span<const double> values, SampleRange range);

/// Share of from_s .. to_s without closure, 0 .. 1. A value stands for the time to the next frame,
/// at most 1.5 frame intervals.
double missing_share(std::span<const double> time_s,
                     std::span<const double> values,
                     double frame_interval_s,
                     double from_s,
                     double to_s);

/// Moving mean over `width_s`, centered, of the finite values; NaN stays NaN. A width of at most
/// one frame interval returns the values unchanged.
std::vector<double> moving_mean(std::span<const double> time_s,
                                std::span<const double> values,
                                double width_s);

}  // namespace eyelid::conditioning
