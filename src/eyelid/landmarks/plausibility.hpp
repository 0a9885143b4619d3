// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/portable.hpp"

/// Whether points can be measured: the rules of CPU and GPU.
namespace eyelid::landmarks {

/// Bounds of plausible eyes, beside the extremes seen on the annotated faces (lowest .. highest).
namespace bounds {
inline constexpr float kMinEyeWidth_px = 5.0f;  // below, one pixel of lid gap is an EAR of 0.2
inline constexpr float kMinWidthRatio = 0.4f;   // narrower over wider eye: 0.43 .. 1
inline constexpr float kMinWidth = 0.25f;       // mean eye width over center distance: 0.29 .. 0.55
inline constexpr float kMaxWidth = 0.62f;
inline constexpr float kMaxSlant = 0.47f;        // tangent, eye against eye line: 21.6 degrees
inline constexpr float kMaxLidDistance = 0.65f;  // from the corner line, in eye widths: 0.54
inline constexpr float kLidOverhang = 0.1f;      // beyond a corner, in eye widths: 0
inline constexpr float kMinBoxShare = 0.16f;     // center distance over box side: 0.26 .. 0.52
inline constexpr float kMaxBoxShare = 0.75f;
inline constexpr float kHighestAside = 0.5f;    // eyes from the box's center, in box sides
inline constexpr float kHighestAbove = 0.6f;    // the same, up or down
inline constexpr float kMaxStageShift = 0.33f;  // in eye widths
}  // namespace bounds

/// Both eyes after the both-eyes model and after the one-eye model; frame pixels.
struct EyePair {
  EyeLandmarks first_stage;
  EyeLandmarks eyes;
};

/// One eye of a pair whose centers lie along `eye_line`.
EYELID_PORTABLE inline bool is_plausible_eye(const EyePoints& eye, Point eye_line) {
  using namespace bounds;
  const Point corner_line = eye[3] - eye[0];
  const float width = distance(eye[0], eye[3]);
  if (!(width >= kMinEyeWidth_px)) return false;
  const float along = dot(corner_line, eye_line);
  if (!(along > 0.0f) || std::fabs(cross(corner_line, eye_line)) > kMaxSlant * along) {
    return false;
  }
  for (std::size_t i = 1; i < 6; ++i) {
    if (i == 3) continue;
    const Point lid = eye[i] - eye[0];
    const float share = dot(lid, corner_line) / (width * width);
    const float height = cross(corner_line, lid) / (width * width);
    if (share < -kLidOverhang || share > 1.0f + kLidOverhang) return false;
    if (std::fabs(height) > kMaxLidDistance) return false;
  }
  return true;
}

/// Whether the points can be a pair of eyes: numbers, inside the frame, large enough to measure,
/// and of the proportions that all of 1,207 annotated HELEN and AFW training faces (yaw up to about
/// 60 degrees) have, with some room: widths of the two eyes alike and in keeping with their
/// distance, both along the line through their centers, lids between the corners.
EYELID_PORTABLE inline bool is_plausible_eye_pair(const EyeLandmarks& eyes,
                                                  const FrameView& frame) {
  using namespace bounds;
  for (std::size_t i = 0; i < 12; ++i) {
    const Point p = lid_point(eyes, i);
    // Written so that not-a-number is outside.
    const bool is_inside = p.x >= 0.0f && p.y >= 0.0f &&
                           p.x <= static_cast<float>(frame.width - 1) &&
                           p.y <= static_cast<float>(frame.height - 1);
    if (!is_inside) return false;
  }
  const Point eye_line = eye_center(eyes.left) - eye_center(eyes.right);
  if (!is_plausible_eye(eyes.right, eye_line) || !is_plausible_eye(eyes.left, eye_line)) {
    return false;
  }
  const float right = distance(eyes.right[0], eyes.right[3]);
  const float left = distance(eyes.left[0], eyes.left[3]);
  const float share = 0.5f * (right + left) / std::sqrt(dot(eye_line, eye_line));
  return std::min(right, left) >= kMinWidthRatio * std::max(right, left) && share >= kMinWidth &&
         share <= kMaxWidth;
}

/// Whether eyes at this place and of this size can belong to the face in this box.
EYELID_PORTABLE inline bool fits_face_box(const EyeLandmarks& eyes, const Rect& box) {
  using namespace bounds;
  const float side = 0.5f * (box.width + box.height);
  const Point right = eye_center(eyes.right);
  const Point left = eye_center(eyes.left);
  const float share = distance(right, left) / side;
  const Point middle = (right + left) * 0.5f;
  return share >= kMinBoxShare && share <= kMaxBoxShare &&
         std::fabs(middle.x - box.center().x) <= kHighestAside * side &&
         std::fabs(middle.y - box.center().y) <= kHighestAbove * side;
}

EYELID_PORTABLE inline bool stages_agree(const EyePoints& first_stage, const EyePoints& eye) {
  return distance(eye_center(first_stage), eye_center(eye)) <=
         bounds::kMaxStageShift * distance(eye[0], eye[3]);
}

/// All of the above, and whether the both-eyes model and the one-eye models agree: eye centers
/// moved by less than a third of an eye's width. That catches a failed fit; it hardly tells a face
/// from background, where the two mostly agree as well.
EYELID_PORTABLE inline bool is_trustworthy(const EyePair& pair,
                                           const Rect& face_box,
                                           const FrameView& frame) {
  return is_plausible_eye_pair(pair.eyes, frame) && fits_face_box(pair.eyes, face_box) &&
         stages_agree(pair.first_stage.right, pair.eyes.right) &&
         stages_agree(pair.first_stage.left, pair.eyes.left);
}

}  // namespace eyelid::landmarks
