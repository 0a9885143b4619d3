// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// Samples first <= i < last.
struct SampleRange {
  std::size_t first = 0;
  std::size_t last = 0;
  bool is_empty() const { return first >= last; }
};

/// Seconds from <= time <= to on the clock of the video.
struct TimeSpan {
  double from_s = 0.0;
  double to_s = 0.0;
};

/// Where the stimuli of a trial lie on the clock of the video; the one that was not given is placed
/// where it would have been.
struct StimulusTimes {
  double cs_s = 0.0;
  double us_s = 0.0;
};

/// One film of a session, which no trial, filter, or window crosses; the whole recording where it
/// is one film.
struct Clip {
  std::int32_t number = 1;  // from 1
  double first_s = 0.0;
  double last_s = 0.0;
  SampleRange kept;
};

/// The closure of a recording as frames.csv holds it, near its trials: 41 bytes for every frame
/// within the given spans, none for the others. Memory grows with the trials, not with the length.
///
/// Closures are rounded to 1e-6, so that a decimal of the file is that decimal here: 0.1 read as
/// float would exceed a criterion of 0.1.
class SessionTrace {
 public:
  /// Keeps every sample.
  SessionTrace() = default;
  /// Keeps the samples within `kept`, in order of time and apart from each other.
  explicit SessionTrace(std::vector<TimeSpan> kept) : keeps_all_(false), spans_(std::move(kept)) {}

  /// Keeps the closure before filtering, too: that of the EAR by these levels, with which FEC was
  /// made. Before the first sample.
  void keep_unfiltered(const PerEye<EyeLevels>& levels) { levels_ = levels; }

  /// Throws InputError when times are not finite or do not increase, or clips decrease.
  void add(const EyelidSample& sample);

  /// Of the recording, kept or not.
  std::int64_t frames() const { return frames_; }
  double first_s() const { return clips_.empty() ? 0.0 : clips_.front().first_s; }
  double last_s() const { return clips_.empty() ? 0.0 : clips_.back().last_s; }
  /// Typical step between frames, to the microsecond: the upper median; 0 with fewer than two.
  double frame_interval_s() const;
  std::span<const Clip> clips() const { return clips_; }
  /// The clip at a time: the last one that has begun, the first one before that. Needs a sample.
  const Clip& clip_at(double time_s) const;

  /// The clip of a trial: that of its US, given or estimated. Trials that end in another clip than
  /// they begin in are not scored (check_trials()).
  const Clip& clip_of(const StimulusTimes& times) const { return clip_at(times.us_s); }

  // What is kept.
  /// Samples of the trial's clip with from_s <= time < to_s.
  SampleRange between(const StimulusTimes& times, double from_s, double to_s) const;
  const std::vector<double>& time_s() const { return time_s_; }
  const std::vector<double>& fec(ScoredEye eye) const {
    return fec_[static_cast<std::size_t>(eye)];
  }
  /// FEC before filtering; NaN where an eye was not measured. Empty without levels.
  const std::vector<double>& unfiltered(ScoredEye eye) const {
    return unfiltered_[static_cast<std::size_t>(eye)];
  }
  const std::vector<std::uint8_t>& interpolated() const { return interpolated_; }
  const std::vector<std::int64_t>& frame() const { return frame_; }

 private:
  void note_time(const EyelidSample& sample);
  bool is_kept(double time_s);

  bool keeps_all_ = true;
  std::vector<TimeSpan> spans_;
  std::size_t next_span_ = 0;
  std::int64_t frames_ = 0;
  // Steps in microseconds, how often. Distinct steps add up to the length of the recording, so that
  // 24 hours have at most 415,000 of them.
  std::map<std::int64_t, std::int64_t> steps_;
  std::vector<Clip> clips_;
  std::vector<std::int64_t> frame_;
  std::vector<double> time_s_;
  std::array<std::vector<double>, 3> fec_;  // right, left, mean
  std::vector<std::uint8_t> interpolated_;
  std::optional<PerEye<EyeLevels>> levels_;
  std::array<std::vector<double>, 3> unfiltered_;  // right, left, mean
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
