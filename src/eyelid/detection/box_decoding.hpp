// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>

#include "eyelid/core/face.hpp"

namespace eyelid::detection {

/// The logit whose sigmoid is `score`; 0 < score < 1.
float logit_of(float score);
float sigmoid(float logit);

/// A face from the 16 numbers of BlazeFace at one anchor: offsets of the box center, width and
/// height, then offsets of 6 keypoints (x, y), all in input pixels.
///
/// Box and keypoints are in input pixels measured on pixel edges; width and height are not
/// negative.
FaceBox decode_box(std::span<const float, 16> numbers, Point anchor, float score);

}  // namespace eyelid::detection
