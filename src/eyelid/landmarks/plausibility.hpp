// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/landmarks/eye_presence.hpp"

/// Whether points can be measured: the rules of CPU and GPU.
namespace eyelid::landmarks {

/// Bounds of plausible eyes, with some room beyond what all of 1,207 annotated HELEN and AFW
/// training faces (yaw up to about 60 degrees) have, which stands beside them (lowest .. highest).
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

/// Both eyes after the eye finder and after the one-eye model; frame pixels.
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

/// All points inside the frame, or at most `margin_px` beyond its border; not-a-number is outside.
EYELID_PORTABLE inline bool is_inside(const EyePoints& eye,
                                      const FrameView& frame,
                                      float margin_px = 0.0f) {
  const float right = static_cast<float>(frame.width - 1) + margin_px;
  const float bottom = static_cast<float>(frame.height - 1) + margin_px;
  for (const Point p : eye) {
    const bool is_point_inside =
        p.x >= -margin_px && p.y >= -margin_px && p.x <= right && p.y <= bottom;
    if (!is_point_inside) return false;
  }
  return true;
}

/// Widths of the two eyes alike and in keeping with their distance.
EYELID_PORTABLE inline bool are_alike(const EyeLandmarks& eyes) {
  using namespace bounds;
  const Point eye_line = eye_center(eyes.left) - eye_center(eyes.right);
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

/// The same of one eye, whose fellow is hidden.
EYELID_PORTABLE inline bool fits_face_box(const EyePoints& eye, const Rect& box) {
  using namespace bounds;
  const float side = 0.5f * (box.width + box.height);
  const float share = distance(eye[0], eye[3]) / side;
  const Point from_center = eye_center(eye) - box.center();
  return share >= kMinWidth * kMinBoxShare && share <= kMaxWidth * kMaxBoxShare &&
         std::fabs(from_center.x) <= kHighestAside * side &&
         std::fabs(from_center.y) <= kHighestAbove * side;
}

EYELID_PORTABLE inline bool stages_agree(const EyePoints& first_stage, const EyePoints& eye) {
  return distance(eye_center(first_stage), eye_center(eye)) <=
         bounds::kMaxStageShift * distance(eye[0], eye[3]);
}

/// The eyes whose points can be measured as far as the points themselves tell: inside the frame, of
/// an eye's shape, and found at the same place by the eye finder and the one-eye model
/// (centers moved by less than a third of an eye's width). That catches failed fits. Whether the
/// picture shows an eye there is another question: presence_judge.hpp.
EYELID_PORTABLE inline PerEye<bool> measurable_eyes(const EyePair& pair, const FrameView& frame) {
  const EyeLandmarks& eyes = pair.eyes;
  const Point eye_line = eye_center(eyes.left) - eye_center(eyes.right);
  return {is_inside(eyes.right, frame) && is_plausible_eye(eyes.right, eye_line) &&
              stages_agree(pair.first_stage.right, eyes.right),
          is_inside(eyes.left, frame) && is_plausible_eye(eyes.left, eye_line) &&
              stages_agree(pair.first_stage.left, eyes.left)};
}

/// Of the eyes of a face: those that are there, and those that might be.
struct JudgedEyes {
  PerEye<bool> trusted{};
  PerEye<bool> doubted{};
};

/// The eyes of this face: a pair, or one alone. `presence` of each in the picture
/// (eye_presence.hpp), kNotAvailable where it cannot be measured. Two that are sure to be there but
/// not alike are not believed.
EYELID_PORTABLE inline JudgedEyes judged_eyes(const EyeLandmarks& eyes,
                                              const PerEye<float>& presence,
                                              const Rect& face_box,
                                              float face_score) {
  const PresenceBounds least = presence_bounds(face_score);
  if (are_pair_of_eyes(presence, least) && are_alike(eyes) && fits_face_box(eyes, face_box)) {
    return {{true, true}, {}};
  }
  const PerEye<bool> is_there = are_eyes(presence, least);
  if (is_there.right && is_there.left) return {};
  JudgedEyes result;
  for (const Eye eye : {Eye::Right, Eye::Left}) {
    const bool fits = fits_face_box(eyes[eye], face_box);
    result.trusted[eye] = fits && is_there[eye];
    result.doubted[eye] = fits && !is_there[eye] && presence[eye] >= kLeastDoubted;
  }
  return result;
}

}  // namespace eyelid::landmarks
