// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/geometry.hpp"

namespace eyelid::detection {

inline constexpr int kAnchorCount = 896;
/// The first of them are the 16x16 map's.
inline constexpr int kAnchorsOf16 = 512;

/// Center of anchor 0 .. kAnchorCount - 1 of BlazeFace front in pixels of the 128x128 input,
/// measured on pixel edges: 2 anchors per cell of the 16x16 map, then 6 per cell of the 8x8 map,
/// cells row by row. Anchors have no size of their own.
///
/// Source: Bazarevsky et al. 2019, section 3.3; MediaPipe ssd_anchors_calculator with the options
/// of face_detection_short_range (fixed_anchor_size).
constexpr Point anchor_center(int anchor) {
  const bool is_16 = anchor < kAnchorsOf16;
  const int cell = is_16 ? anchor / 2 : (anchor - kAnchorsOf16) / 6;
  const int cells = is_16 ? 16 : 8;
  const int row = cell / cells;
  const float stride_px = is_16 ? 8.0f : 16.0f;
  return {(static_cast<float>(cell % cells) + 0.5f) * stride_px,
          (static_cast<float>(row) + 0.5f) * stride_px};
}

}  // namespace eyelid::detection
