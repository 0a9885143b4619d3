// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace eyelid::closure {

/// Shortest gap that is always bridged; see max_bridge_s().
inline constexpr double kBridgedGap_s = 0.020;

/// Two measurements of an eye at most this far apart belong together: what lies between is filled
/// linearly, filters and blinks run across. Farther apart is a gap, over which nothing runs.
///
/// 20 ms without data between them (field.md section 4: gaps of at most about 20 ms) or, in slow
/// video, one frame; a quarter of a frame is added for the rounding of container timestamps. A
/// second missing frame at 25 frames/s would leave 120 ms unseen, enough to hide a whole blink.
double max_bridge_s(double frame_interval_s);

/// Median of positive steps between frames, over a recording of any length, in constant memory.
class FrameIntervalMeter {
 public:
  FrameIntervalMeter();
  void add(double step_s);
  /// Mean of the steps within half a per cent of the median; 0 before the first step.
  double median_s() const;

 private:
  struct Bin {
    std::int64_t count = 0;
    double sum_s = 0.0;
  };
  std::vector<Bin> bins_;
  std::int64_t count_ = 0;
};

}  // namespace eyelid::closure
