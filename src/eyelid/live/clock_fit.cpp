// SPDX-License-Identifier: MIT
#include "eyelid/live/clock_fit.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::live {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

}  // namespace

void ClockFit::add(std::int64_t exposure_ns, std::int64_t arrival_ns) {
  const std::int64_t delay_ns = arrival_ns - exposure_ns;
  if (smallest_.empty()) {
    first_exposure_ns_ = exposure_ns;
    first_delay_ns_ = delay_ns;
  }
  // Small numbers, so that squares of them are exact enough.
  const Second now{exposure_ns - first_exposure_ns_, delay_ns - first_delay_ns_};
  if (smallest_.empty() ||
      now.exposure_ns / kSecond_ns != smallest_.back().exposure_ns / kSecond_ns) {
    smallest_.push_back(now);
  } else if (now.delay_ns < smallest_.back().delay_ns) {
    smallest_.back() = now;
  }
}

std::optional<ClockFit::Line> ClockFit::line() const {
  if (smallest_.size() < kLeastSeconds) return std::nullopt;
  double mean_x = 0.0, mean_y = 0.0;
  const auto n = static_cast<double>(smallest_.size());
  for (const Second& s : smallest_) {
    mean_x += static_cast<double>(s.exposure_ns) / n;
    mean_y += static_cast<double>(s.delay_ns) / n;
  }
  double xx = 0.0, xy = 0.0;
  for (const Second& s : smallest_) {
    const double x = static_cast<double>(s.exposure_ns) - mean_x;
    xx += x * x;
    xy += x * (static_cast<double>(s.delay_ns) - mean_y);
  }
  const double slope = xx > 0.0 ? xy / xx : 0.0;
  Line line{slope * 1e6, 0.0};
  for (const Second& s : smallest_) {
    const double expected = mean_y + slope * (static_cast<double>(s.exposure_ns) - mean_x);
    line.residual_ms =
        std::max(line.residual_ms, std::abs(static_cast<double>(s.delay_ns) - expected) * 1e-6);
  }
  return line;
}

}  // namespace eyelid::live
