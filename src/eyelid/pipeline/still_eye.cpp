// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/still_eye.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace eyelid::pipeline {
namespace {

constexpr float kClosed = 0.7f;
constexpr float kReopened = 0.5f;
constexpr float kOpen = 0.3f;
constexpr std::int64_t kLeastClosures = 2;

}  // namespace

void StillEyeWatch::add(const EyelidSample& sample) {
  for (const Eye eye : kEyes) {
    Closures& closures = eyes_[eye];
    const float fec = sample.fec[eye], other_fec = sample.fec[other(eye)];
    if (!std::isfinite(fec)) continue;
    closures.largest_fec = std::max(closures.largest_fec, fec);
    if (closures.is_closed && fec < kReopened) {
      ++closures.count;
      closures.alone += closures.is_other_seen && closures.is_other_open;
      closures.is_closed = false;
    } else if (!closures.is_closed && fec >= kClosed) {
      closures.is_closed = closures.is_other_open = true;
      closures.is_other_seen = false;
    }
    if (!closures.is_closed || !std::isfinite(other_fec)) continue;
    closures.is_other_seen = true;
    closures.is_other_open = closures.is_other_open && other_fec < kOpen;
  }
}

std::optional<Eye> StillEyeWatch::still_eye() const {
  for (const Eye eye : kEyes) {
    const Closures& others = eyes_[other(eye)];
    if (others.alone >= kLeastClosures && others.alone == others.count &&
        eyes_[eye].largest_fec < kReopened) {
      return eye;
    }
  }
  return std::nullopt;
}

std::string StillEyeWatch::warning() const {
  const Eye eye = still_eye().value();
  return fmt::format(
      "the {} eye stayed open in all {} closures of the other: if it is a prosthesis or cannot "
      "close, measure the other alone with --eye {}",
      name_of(eye),
      eyes_[other(eye)].count,
      name_of(other(eye)));
}

}  // namespace eyelid::pipeline
