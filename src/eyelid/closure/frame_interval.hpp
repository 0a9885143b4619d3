// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace eyelid::closure {

/// Shortest gap that is always bridged; see max_bridge_s().
inline constexpr double kBridgedGap_s = 0.020;

/// Two measurements of an eye at most this far apart belong together: what lies between is filled
/// linearly, and filters and blinks cross it. Farther apart is a gap, which nothing crosses.
///
/// 20 ms without data between them, a third of the time a lid takes to close (66 ms), or, in slow
/// video, one frame; a quarter of a frame is added for the rounding of container timestamps. A
/// second missing frame at 25 frames/s would leave 120 ms unseen, enough to hide a whole blink.
double max_bridge_s(double frame_interval_s);

/// Median of positive steps between frames, over a recording of any length, in constant memory.
class FrameIntervalMeter {
 public:
  FrameIntervalMeter();
  void add(double step_s);
  /// Adds the step from the frame before. Throws InputError naming the frame unless times are
  /// finite and increase.
  void add_time(std::int64_t frame, double time_s);
  /// Mean of the steps within half a per cent of the median; 0 before the first step.
  double median_s() const;

 private:
  struct Bin {
    std::int64_t count = 0;
    double sum_s = 0.0;
  };
  std::vector<Bin> bins_;
  std::int64_t count_ = 0;
  std::optional<double> last_s_;  // of add_time()
};

}  // namespace eyelid::closure
