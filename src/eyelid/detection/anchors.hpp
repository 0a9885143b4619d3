// SPDX-License-Identifier: MIT
#pragma once

#include <array>

#include "eyelid/core/geometry.hpp"

namespace eyelid::detection {

inline constexpr int kAnchorCount = 896;

/// Anchor centers of BlazeFace front in pixels of the 128x128 input, measured on pixel edges:
/// 2 per cell of the 16x16 map, then 6 per cell of the 8x8 map, cells row by row. Anchors have no
/// size of their own.
///
/// Source: Bazarevsky et al. 2019, section 3.3; MediaPipe ssd_anchors_calculator with the options
/// of face_detection_short_range (fixed_anchor_size).
std::array<Point, kAnchorCount> blazeface_anchors();

}  // namespace eyelid::detection
