// SPDX-License-Identifier: MIT
#include "eyelid/closure/trace_noise.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::closure {
namespace {

constexpr double kLag_s = 0.028;
// Values closer than this to the one before are skipped, which bounds the work at any frame rate.
constexpr double kShortestStep_s = 0.0069;
constexpr double kRounding_s = 0.001;  // of Matroska's stamps
constexpr float kHalfClosed = 0.5f;
constexpr float kDifferenceStep = 0.001f;
constexpr float kSqrtSix = 2.4494897f;

}  // namespace

void TraceNoise::add(double time_s, float fec) {
  if (!recent_.empty() && time_s - recent_.back().time_s < kShortestStep_s) return;
  recent_.push_back({time_s, fec});
  const auto before = [this](double latest_s) {
    const auto after = std::find_if(recent_.begin(), recent_.end(), [latest_s](const Value& value) {
      return value.time_s > latest_s;
    });
    return after == recent_.begin() ? recent_.end() : std::prev(after);
  };
  const auto middle = before(time_s - kLag_s + kRounding_s);
  if (middle == recent_.end()) return;
  const auto first = before(middle->time_s - kLag_s + kRounding_s);
  if (first == recent_.end()) return;
  if (std::max({first->fec, middle->fec, fec}) < kHalfClosed) {
    const float difference = std::abs(first->fec - 2.0f * middle->fec + fec) / kSqrtSix;
    const float last = static_cast<float>(counts_.size() - 1);
    ++counts_[static_cast<std::size_t>(std::min(difference / kDifferenceStep, last))];
    ++count_;
  }
  recent_.erase(recent_.begin(), first);
}

float TraceNoise::from_quantile(double quantile, double normal) const {
  const double wanted = quantile * static_cast<double>(count_);
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    if (static_cast<double>(seen + counts_[i]) >= wanted) {
      // Linear inside the step that holds the quantile.
      const double inside = (wanted - static_cast<double>(seen)) / static_cast<double>(counts_[i]);
      return static_cast<float>(kDifferenceStep * (static_cast<double>(i) + inside) / normal);
    }
    seen += counts_[i];
  }
  return 0.0f;
}

void ClosureNoiseMeter::add(double time_s,
                            const PerEye<float>& fec,
                            const PerEye<bool>& starts_segment) {
  const auto add_to = [time_s](TraceNoise& noise, float value, bool starts) {
    if (starts || !std::isfinite(value)) noise.end_segment();
    if (std::isfinite(value)) noise.add(time_s, value);
  };
  for (const Eye eye : kEyes) add_to(eyes_[eye], fec[eye], starts_segment[eye]);
  add_to(mean_, 0.5f * (fec.right + fec.left), starts_segment.right || starts_segment.left);
}

ClosureNoise ClosureNoiseMeter::noise() const {
  return {{eyes_.right.deviation(), eyes_.left.deviation()},
          {eyes_.right.tail_deviation(), eyes_.left.tail_deviation()},
          mean_.tail_deviation()};
}

}  // namespace eyelid::closure
