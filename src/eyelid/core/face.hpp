// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/per_eye.hpp"

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
  /// Half a face, which an edge of the picture cuts: the eye that is not in the picture
  /// (pipeline/cut_face.hpp). Box and keypoints reach beyond the edge.
  std::optional<Eye> eye_beyond{};
};

/// The six lid points of one eye in the order of iBUG-68: the corner on the image's left first,
/// then upper lid left to right, other corner, lower lid right to left (for an upright, unmirrored
/// face). So 0 and 3 are the corners, (1, 5) and (2, 4) the upper-lower pairs.
using EyePoints = std::array<Point, 6>;

/// Point i of an eye seen in a mirror is this point of the eye itself.
constexpr std::size_t mirrored_eye_point(std::size_t i) { return i < 4 ? 3 - i : 9 - i; }

/// Mean of the six lid points.
constexpr Point eye_center(const EyePoints& eye) {
  Point sum;
  for (const Point p : eye) sum = sum + p;
  return sum * (1.0f / 6.0f);
}

/// Lid points of both eyes; the subject's right eye is iBUG 36..41, the left one 42..47.
using EyeLandmarks = PerEye<EyePoints>;

/// Of the twelve lid points: 0 .. 5 of the right eye, 6 .. 11 of the left.
constexpr const Point& lid_point(const EyeLandmarks& eyes, std::size_t i) {
  return i < 6 ? eyes.right[i] : eyes.left[i - 6];
}
constexpr Point& lid_point(EyeLandmarks& eyes, std::size_t i) {
  return i < 6 ? eyes.right[i] : eyes.left[i - 6];
}

/// The 68 points of iBUG / 300-W, 0-based: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67
/// mouth.
using FaceLandmarks = std::array<Point, 68>;
inline constexpr std::size_t kRightEyeBegin = 36;
inline constexpr std::size_t kLeftEyeBegin = 42;

}  // namespace eyelid
