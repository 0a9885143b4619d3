// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace eyelid::live {

/// How the clock of a camera runs against that of this machine.
///
/// A frame never arrives before it was exposed, and now and then as fast as it can: the smallest
/// delay of every second lies on a line whose slope is the drift between the clocks. What lies
/// above it is the delay of the transfer, up to a constant that no clock can tell.
/// Memory: 16 bytes per second. Threads: one at a time.
class ClockFit {
 public:
  void add(std::int64_t exposure_ns, std::int64_t arrival_ns);

  struct Line {
    double drift_ppm = 0.0;    // positive: the camera's clock is slow
    double residual_ms = 0.0;  // largest deviation of a second's smallest delay from the line
  };
  /// Nothing in less than kLeastSeconds.
  std::optional<Line> line() const;
  static constexpr int kLeastSeconds = 5;

 private:
  struct Second {
    std::int64_t exposure_ns = 0;
    std::int64_t delay_ns = 0;
  };
  std::vector<Second> smallest_;
  std::int64_t first_exposure_ns_ = 0;
  std::int64_t first_delay_ns_ = 0;
};

}  // namespace eyelid::live
