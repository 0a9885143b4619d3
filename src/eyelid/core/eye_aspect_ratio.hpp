// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"

namespace eyelid {

/// Opening of one eye as height over width, without unit: about 0.3 open, below 0.1 closed.
/// Unchanged by image scale, shift and in-plane rotation; grows as the head turns aside (yaw
/// narrows the width), shrinks as it nods (pitch lowers the height).
///
/// Returns nothing when the corners coincide or a coordinate is not finite, as on a failed landmark
/// fit.
///
/// Source: Soukupova & Cech, "Real-Time Eye Blink Detection using Facial Landmarks",
/// CVWW 2016, eq. 1.
EYELID_PORTABLE inline std::optional<float> eye_aspect_ratio(const EyePoints& lids) {
  // Points 0..5 here are p1..p6 of the paper: corners 0 and 3, pairs (1, 5) and (2, 4).
  const float height = distance(lids[1], lids[5]) + distance(lids[2], lids[4]);
  const float width = 2.0f * distance(lids[0], lids[3]);
  // One test covers a zero width (0 / 0 and x / 0), infinite and not-a-number coordinates.
  const float ratio = height / width;
  if (!is_finite(ratio) || !is_finite(width)) return std::nullopt;
  return ratio;
}

/// The same as measurements hold it: kNotAvailable in the place of nothing.
EYELID_PORTABLE inline float ear_or_nan(const EyePoints& lids) {
  const std::optional<float> ratio = eye_aspect_ratio(lids);
  if (!ratio) return kNotAvailable;
  return *ratio;
}

}  // namespace eyelid
