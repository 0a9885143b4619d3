// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// One eye's closure in one clip, seen through the session's memory.
struct EyeTrace {
  std::span<const double> time_s;
  std::span<const double> fec;       // onset, SD, what is compared with it
  std::span<const double> smoothed;  // by smoothing_s or low_pass_hz of the preset: all else
  std::span<const std::uint8_t> interpolated;
  double frame_interval_s = 0.0;
};

/// One eye of a whole session, clip by clip. Refers to `trace`.
class SessionEye {
 public:
  SessionEye(const SessionTrace& trace, ScoredEye eye, const Preset& preset);

  /// The clip of a trial.
  EyeTrace around(const StimulusTimes& times) const;
  double frame_interval_s() const { return frame_interval_s_; }

 private:
  const SessionTrace& trace_;
  const std::vector<double>& measured_;
  double frame_interval_s_;
  std::vector<double> smoothed_;
};

}  // namespace eyelid::conditioning
