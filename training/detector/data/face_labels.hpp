// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {

/// A map of the plane that keeps shapes, mirrored or not: picture to picture, pixel centers.
struct Placement {
  float xx = 1.0f, xy = 0.0f, tx = 0.0f;  // x' = xx x + xy y + tx
  float yx = 0.0f, yy = 1.0f, ty = 0.0f;

  Point operator()(Point p) const { return {xx * p.x + xy * p.y + tx, yx * p.x + yy * p.y + ty}; }
  bool is_mirrored() const { return xx * yy - xy * yx < 0.0f; }
  float scale() const;
  Placement inverse() const;
};

/// Turn by `angle_rad`, mirror, scale, and carry `from` to `to`.
Placement placement_of(Point from, Point to, float scale, float angle_rad, bool is_mirrored);

/// A face as training keeps it: either facial points, from which box and keypoints follow in any
/// pose, or a box and keypoints as a detector gave them. Pixels of the picture.
struct KnownFace {
  std::vector<Point> points;  // 68, or none
  Rect box;                   // BlazeFace's convention, on pixel edges
  FaceKeypoints keypoints{};
  std::array<float, 6> keypoint_weight{};
};

/// The 68 iBUG points among 98 of WFLW (or a copy of 68). Any other count: empty.
std::vector<Point> ibug_points(std::span<const Point> points);

/// How much the places of six keypoints made from facial points are worth: landmarks begin at the
/// eyes; ears are guessed.
inline constexpr std::array<float, 6> kPointKeypointWeights = {3, 3, 0.7f, 0.7f, 0.3f, 0.3f};

/// Box and keypoints of 68 points. `is_mirrored`: the points were mirrored but not renamed.
KnownFace face_of_points(std::vector<Point> points, bool is_mirrored = false);

/// Five points: right eye, left eye, nose tip, right and left corner of the mouth. Without a box
/// one is made of them (mean of 1207 HELEN and AFW faces; its side varies by 6 %).
KnownFace face_of_five_points(std::span<const Point> points, const std::optional<Rect>& box);

/// BlazeFace's square in a box round a whole head, forehead to chin, as WIDER FACE and FDDB draw
/// them (sizes measured on WIDER FACE boxes of faces with points).
Rect box_in_head(const Rect& head);

/// The face after the move, with left and right renamed if it mirrors; box square.
KnownFace moved(const KnownFace& face, const Placement& placement);

/// The smaller eye aspect ratio; 1 without points.
float smaller_eye_ratio(const KnownFace& face);

}  // namespace eyelid::training
