// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace eyelid::video {

/// Turns the timestamps of a container into strictly increasing seconds after the first frame, and
/// counts their errors.
///
/// - Variable rates are kept as they are.
/// - An absent or non-increasing stamp becomes the previous one plus one nominal period (repaired).
/// - A step over 1.5 periods is a gap; it holds round(step / period) - 1 missing frames.
class TimeLine {
 public:
  /// Rate of the container, and how much faster the camera was according to the user (1 = as
  /// stored).
  explicit TimeLine(double frames_per_second, double speed_up = 1.0)
      : period_s_(1.0 / frames_per_second), speed_up_(speed_up) {}

  /// Time of the next frame, given its stamp in seconds.
  double place(std::optional<double> stamp_s);

  double first_stamp_s() const { return first_stamp_s_.value_or(0.0); }
  std::int64_t gaps() const { return gaps_; }
  std::int64_t missing_frames() const { return missing_frames_; }
  std::int64_t repaired() const { return repaired_; }
  /// One sentence on gaps and one on repairs, each with the first frames; none if there are none.
  std::vector<std::string> warnings() const;

 private:
  /// A step that holds missing frames.
  struct Gap {
    std::int64_t after_frame;
    double time_s;  // of that frame
    std::int64_t missing;
  };
  double period_s_;
  double speed_up_;
  std::optional<double> first_stamp_s_;
  std::optional<double> last_s_;  // after the first stamp, as stored
  std::int64_t gaps_ = 0;
  std::int64_t missing_frames_ = 0;
  std::int64_t repaired_ = 0;
  std::int64_t frames_ = 0;
  std::vector<Gap> first_gaps_;
  std::vector<std::int64_t> first_repaired_;
};

/// Of recordings that state no time.
inline constexpr double kAssumedRate_fps = 25.0;
/// The warning for pictures that are given it.
std::string assumed_rate_sentence(const std::string& name);

/// Frames per second of time stamps: one over their median step. 0 with fewer than two.
double rate_of_stamps(std::span<const double> stamps_s);

}  // namespace eyelid::video
