// SPDX-License-Identifier: MIT
#include "eyelid/closure/still_lid.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::closure {

void StillLid::clear() {
  window_.clear();
  falling_.clear();
  rising_.clear();
}

void StillLid::push(const FecPoint& point, bool starts_segment) {
  if (starts_segment || !std::isfinite(point.fec)) clear();
  if (!std::isfinite(point.fec)) return;
  while (!falling_.empty() && falling_.back().fec <= point.fec) falling_.pop_back();
  while (!rising_.empty() && rising_.back().fec >= point.fec) rising_.pop_back();
  for (std::deque<FecPoint>* points : {&window_, &falling_, &rising_}) points->push_back(point);
  // The shortest window that is long enough.
  while (window_.size() > 2 && point.time_s - window_[1].time_s >= kHeldLid_s) {
    const std::int64_t gone = window_.front().frame;
    window_.pop_front();
    if (falling_.front().frame == gone) falling_.pop_front();
    if (rising_.front().frame == gone) rising_.pop_front();
  }
  if (point.time_s - window_.front().time_s < kHeldLid_s) return;
  const float least = rising_.front().fec;
  const float most = falling_.front().fec;
  if (most - least <= kHeldWithin) deepest_ = std::max(deepest_, 0.5f * (least + most));
}

}  // namespace eyelid::closure
