// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"

/// How landmarks carry a face from one frame to the next, in the place of detection
/// (`--detect-every`).
namespace eyelid::landmarks {

/// The mean face, in units of the eye distance, the eye centers at (-0.5, 0) and (0.5, 0): means
/// over 1,207 HELEN and AFW training faces.
namespace proportions {
inline constexpr float kNoseTip = 0.54f;  // below the eyes
inline constexpr float kMouth = 1.10f;
inline constexpr float kEarAside = 1.15f;
inline constexpr float kEarBelow = 0.03f;
// The canonical box of BlazeFace: its side, and its center under the eyes.
inline constexpr float kBoxSide = 1.0f / 0.405f;
inline constexpr float kBoxCenterBelowEyes = 0.227f * kBoxSide;
}  // namespace proportions

/// Box and keypoints of the face with these eyes, by mean proportions. False, and both left as they
/// are, when the points are no numbers or coincide.
EYELID_PORTABLE inline bool face_from_eyes(const EyeLandmarks& eyes,
                                           Rect& box,
                                           FaceKeypoints& keypoints) {
  using namespace proportions;
  const Point right = eye_center(eyes.right);
  const Point left = eye_center(eyes.left);
  const float eye_distance = distance(right, left);
  if (!is_finite(eye_distance) || eye_distance <= 0.0f) return false;
  const Similarity frame_from_face =
      similarity_from_pairs({-0.5f, 0.0f}, {0.5f, 0.0f}, right, left);
  const float side = kBoxSide * eye_distance;
  const Point center = frame_from_face({0.0f, kBoxCenterBelowEyes});
  box = {center.x - 0.5f * side, center.y - 0.5f * side, side, side};
  keypoints = {right,
               left,
               frame_from_face({0.0f, kNoseTip}),
               frame_from_face({0.0f, kMouth}),
               frame_from_face({-kEarAside, kEarBelow}),
               frame_from_face({kEarAside, kEarBelow})};
  return true;
}

/// The face for the next frame, made from the eyes of this one alone: as nothing of the old box
/// enters, nothing drifts; the same eyes give the same face. The score is that of `face`. Eyes that
/// are no numbers, or coincide, leave `face` as it is.
inline FaceBox carry_face(const FaceBox& face, const EyeLandmarks& eyes) {
  FaceBox carried{{}, face.score, FaceKeypoints{}};
  return face_from_eyes(eyes, carried.box, *carried.keypoints) ? carried : face;
}

/// Whether the eyes moved further between two frames than the landmarks can safely follow: a tenth
/// of the distance of the outer corners.
EYELID_PORTABLE inline bool has_jumped(const EyeLandmarks& before, const EyeLandmarks& now) {
  constexpr float kFollowed = 0.1f;
  const Point old_middle = (before.right[0] + before.left[3]) * 0.5f;
  const Point new_middle = (now.right[0] + now.left[3]) * 0.5f;
  return distance(old_middle, new_middle) > kFollowed * distance(before.right[0], before.left[3]);
}

}  // namespace eyelid::landmarks
