// SPDX-License-Identifier: MIT
#include "eyelid/closure/frame_interval.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/core/exponential.hpp"

namespace eyelid::closure {
namespace {

// Logarithmic bins from 1 us to 1000 s.
constexpr double kShortest_s = 1e-6;
constexpr double kBinsPerUnitOfLog = 200.0;  // each bin half a per cent wide
constexpr std::size_t kBinCount = 4146;      // 200 * ln(1e9) + 1

}  // namespace

double max_bridge_s(double frame_interval_s) {
  return std::max(kBridgedGap_s, frame_interval_s) + 1.25 * frame_interval_s;
}

FrameIntervalMeter::FrameIntervalMeter() : bins_(kBinCount) {}

void FrameIntervalMeter::add(double step_s) {
  const double position =
      kBinsPerUnitOfLog * logarithm(std::max(step_s, kShortest_s) / kShortest_s);
  const auto index = static_cast<std::size_t>(std::min(position, kBinCount - 1.0));
  ++bins_[index].count;
  bins_[index].sum_s += step_s;
  ++count_;
}

void FrameIntervalMeter::add_time(std::int64_t frame, double time_s) {
  if (!std::isfinite(time_s) || (last_s_ && time_s <= *last_s_)) {
    throw InputError("frame " + std::to_string(frame) + ": time " + std::to_string(time_s) + " s" +
                     (last_s_ ? " follows " + std::to_string(*last_s_) + " s" : "") +
                     "; times must be finite and increase");
  }
  if (last_s_) add(time_s - *last_s_);
  last_s_ = time_s;
}

double FrameIntervalMeter::median_s() const {
  std::int64_t seen = 0;
  for (const Bin& bin : bins_) {
    seen += bin.count;
    if (bin.count > 0 && 2 * seen >= count_) return bin.sum_s / static_cast<double>(bin.count);
  }
  return 0.0;
}

}  // namespace eyelid::closure
