// SPDX-License-Identifier: MIT
#include "eyelid/closure/eye_aspect_ratio.hpp"

#include <cmath>

namespace eyelid::closure {

std::optional<float> eye_aspect_ratio(const EyePoints& lid_in_frame) {
  // Points 0..5 here are p1..p6 of the paper: corners 0 and 3, pairs (1, 5) and (2, 4).
  const float height =
      distance(lid_in_frame[1], lid_in_frame[5]) + distance(lid_in_frame[2], lid_in_frame[4]);
  const float width = 2.0f * distance(lid_in_frame[0], lid_in_frame[3]);
  // One test covers a zero width (0 / 0 and x / 0), infinite and not-a-number coordinates.
  const float ratio = height / width;
  if (!std::isfinite(ratio) || !std::isfinite(width)) return std::nullopt;
  return ratio;
}

}  // namespace eyelid::closure
