// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/core/calibration.hpp"

namespace eyelid::closure {

/// One sentence for each level of an eye that has both and that was not measured but estimated,
/// here or when the calibration was made: the interval and what it means for FEC.
std::vector<std::string> level_warnings(const Calibration& calibration);

/// FEC beyond these contradicts the levels.
inline constexpr float kFecTooLarge = 1.2f;
inline constexpr float kFecTooSmall = -0.3f;

/// Counts the frames of one eye in which its FEC contradicts its levels.
class FecRangeWatch {
 public:
  void add(double time_s, float fec);
  /// A sentence for either side that lasted for more than a moment: 0.1 s and a ten-thousandth of
  /// the time measured.
  std::vector<std::string> warnings(Eye eye, double frame_interval_s) const;

 private:
  struct Side {
    std::int64_t frames = 0;
    float farthest = 0.0f;
    double time_s = 0.0;  // of the farthest
    void add(double at_s, float fec);
  };
  std::int64_t frames_ = 0;
  Side above_;
  Side below_;
};

}  // namespace eyelid::closure
