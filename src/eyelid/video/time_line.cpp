// SPDX-License-Identifier: MIT
#include "eyelid/video/time_line.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::video {
namespace {
// Bounds what one absurd stamp can add to a count.
constexpr double kMaxMissingPerGap = 1e9;
}  // namespace

double TimeLine::place(std::optional<double> stamp_s) {
  if (!last_s_) {
    if (!stamp_s) ++repaired_;
    first_stamp_s_ = stamp_s.value_or(0.0);
    last_s_ = 0.0;
    return 0.0;
  }
  const bool is_usable = stamp_s && *stamp_s - *first_stamp_s_ > *last_s_;
  if (is_usable) {
    const double now_s = *stamp_s - *first_stamp_s_;
    const double periods = (now_s - *last_s_) / period_s_;
    if (periods > 1.5) {
      ++gaps_;
      missing_frames_ +=
          std::max<std::int64_t>(1, std::llround(std::min(periods, kMaxMissingPerGap)) - 1);
    }
    last_s_ = now_s;
  } else {
    ++repaired_;
    last_s_ = *last_s_ + period_s_;
  }
  return *last_s_ / speed_up_;
}

}  // namespace eyelid::video
