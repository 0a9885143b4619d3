// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "eyelid/core/geometry.hpp"

namespace eyelid {

/// The six keypoints of BlazeFace, in its output order. Sides are the **subject's**: the right eye
/// is on the left of an unmirrored picture.
enum class FaceKeypoint : std::size_t { RightEye, LeftEye, NoseTip, Mouth, RightEar, LeftEar };
using FaceKeypoints = std::array<Point, 6>;

/// One detected face, in pixels of the original frame.
struct FaceBox {
  Rect box;
  float score = 0.0f;                      // 0 .. 1
  std::optional<FaceKeypoints> keypoints;  // of BlazeFace and MTCNN (ears: NaN)
  /// Of MTCNN alone: on the subject's right, then left; Mouth lies halfway.
  std::optional<std::array<Point, 2>> mouth_corners{};
};

/// The six lid points of one eye in the order of iBUG-68: the corner on the image's left first,
/// then upper lid left to right, other corner, lower lid right to left (for an upright, unmirrored
/// face). So 0 and 3 are the corners, (1, 5) and (2, 4) the upper-lower pairs.
using EyePoints = std::array<Point, 6>;

/// Lid points of both eyes; the subject's right eye is iBUG 36..41, the left one 42..47.
struct EyeLandmarks {
  EyePoints right;
  EyePoints left;
};

/// The 68 points of iBUG / 300-W, 0-based: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67
/// mouth.
using FaceLandmarks = std::array<Point, 68>;
inline constexpr std::size_t kRightEyeBegin = 36;
inline constexpr std::size_t kLeftEyeBegin = 42;

}  // namespace eyelid
