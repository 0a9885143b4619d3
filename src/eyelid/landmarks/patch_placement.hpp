// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/geometry.hpp"
#include "eyelid/core/portable.hpp"

/// Where the small aligned pictures of a face or an eye lie in a frame, on which the models work:
/// the same for training, tracking and the GPU.
namespace eyelid::landmarks {

struct PatchSize {
  int width = 0;  // pixels, a multiple of 8
  int height = 0;
  constexpr Point middle() const {
    return {0.5f * static_cast<float>(width - 1), 0.5f * static_cast<float>(height - 1)};
  }
  friend constexpr bool operator==(PatchSize, PatchSize) = default;
};

/// The patches of the face, of both eyes, and of one. On them the distance of the outer eye corners
/// is about 42, 68 and (one eye only) 107 px; a study of 67 trainings found no effect of the scale
/// between 70 and 110.
inline constexpr PatchSize kFacePatch{112, 112};
inline constexpr PatchSize kBothEyesPatch{96, 56};
inline constexpr PatchSize kOneEyePatch{64, 48};
/// The lid finder's, of one eye.
inline constexpr PatchSize kLidPatch{64, 48};

/// Distance of the two eye centers on the face patch and on the both-eyes patch, and of the two
/// corners on the one-eye patch; in patch pixels.
inline constexpr float kEyeDistanceOnFacePatch = 30.24f;
inline constexpr float kEyeDistanceOnBothEyesPatch = 48.0f;
inline constexpr float kCornerDistanceOnOneEyePatch = 32.0f;
inline constexpr float kCornerDistanceOnLidPatch = 28.0f;

/// Side of the face patch over the side of the (square) face box.
inline constexpr float kFacePatchMargin = 1.5f;
/// Eye line above the center of the face patch, over its side: mean of 1,207 HELEN and AFW training
/// faces in the canonical box of BlazeFace (side 1.08 sqrt(width height) of the 68-point hull).
inline constexpr float kEyeLineOnFacePatch = 0.227f / kFacePatchMargin;

/// Where a patch lies in a frame.
///
/// Points on a patch are **normalized**: patch pixel / patch width, for x and y alike, so that a
/// similarity of the frame is one of the normalized points; (0, 0) is the center of the first
/// pixel. The patch of a left eye is mirrored; these functions undo it.
struct PatchPlacement {
  Similarity frame_from_patch;  // in pixels of the patch before it is mirrored
  PatchSize size;
  bool is_mirrored = false;

  constexpr Point frame_from_normalized(Point normalized) const {
    return frame_from_patch(mirrored(normalized * static_cast<float>(size.width)));
  }
  /// Of a point given by its place on the patch, from the patch's middle.
  constexpr Point frame_from_middle(Point from_middle_px) const {
    return frame_from_patch(mirrored(size.middle() + from_middle_px));
  }
  constexpr Point normalized_from_frame(Point in_frame) const {
    return mirrored(frame_from_patch.inverse()(in_frame)) * (1.0f / static_cast<float>(size.width));
  }
  /// Finite, of a scale the cutter can serve (1/64 .. 512 frame pixels per patch pixel).
  EYELID_PORTABLE bool is_usable() const {
    const Similarity& s = frame_from_patch;
    const float scale = s.scale();
    return is_finite(s.a) && is_finite(s.b) && scale >= 1.0f / 64.0f && scale <= 512.0f &&
           std::fabs(s.tx) < 1e6f && std::fabs(s.ty) < 1e6f;  // not-a-number is in no range
  }

 private:
  constexpr Point mirrored(Point p) const {
    return is_mirrored ? Point{static_cast<float>(size.width - 1) - p.x, p.y} : p;
  }
};

/// `first` and `last` lie level on the patch, distance_px apart, halfway between them `between`.
constexpr PatchPlacement place_pair(
    PatchSize size, Point between, float distance_px, Point first, Point last) {
  const Point half{0.5f * distance_px, 0.0f};
  return {similarity_from_pairs(between - half, between + half, first, last), size, false};
}

/// An upright patch around a face box: kFacePatchMargin times its mean side, around its center.
constexpr PatchPlacement place_face_patch(const Rect& box) {
  const float scale = kFacePatchMargin * 0.5f * (box.width + box.height) / kFacePatch.width;
  const Point corner = box.center() - kFacePatch.middle() * scale;
  return {{scale, 0.0f, corner.x, corner.y}, kFacePatch, false};
}

/// The same patch turned about its center: a face whose eyes lie along `eye_line` (from the right
/// eye to the left, of any length but 0) stands upright on it.
EYELID_PORTABLE inline PatchPlacement place_face_patch(const Rect& box, Point eye_line) {
  PatchPlacement placement = place_face_patch(box);
  const Point center = placement.size.middle();
  // Without an angle, whose sine and cosine differ from one C library to the next.
  const double x = eye_line.x, y = eye_line.y;
  const double norm = std::sqrt(x * x + y * y);
  const auto c = static_cast<float>(x / norm), s = static_cast<float>(y / norm);
  const Similarity turn{
      c, s, center.x - (c * center.x - s * center.y), center.y - (s * center.x + c * center.y)};
  placement.frame_from_patch = compose(placement.frame_from_patch, turn);
  return placement;
}

/// The same region, turned so that the eye centers lie level. Eyes in frame pixels, as detector
/// keypoints or means of six lid points. They must differ, else the placement is not usable.
constexpr PatchPlacement place_face_patch(Point right_eye, Point left_eye) {
  const Point between = kFacePatch.middle() - Point{0.0f, kEyeLineOnFacePatch * kFacePatch.height};
  return place_pair(kFacePatch, between, kEyeDistanceOnFacePatch, right_eye, left_eye);
}

/// Both eyes: eye centers level, kEyeDistanceOnBothEyesPatch apart, around the patch's center.
constexpr PatchPlacement place_both_eyes_patch(Point right_eye, Point left_eye) {
  return place_pair(
      kBothEyesPatch, kBothEyesPatch.middle(), kEyeDistanceOnBothEyesPatch, right_eye, left_eye);
}

/// One eye: its corners level, kCornerDistanceOnOneEyePatch apart, around the patch's center.
/// `first` and `last` are EyePoints[0] and EyePoints[3]: image-left and image-right corner.
/// The left eye is mirrored: it looks like a right one, its points in the order of
/// mirrored_eye_point().
constexpr PatchPlacement place_one_eye_patch(Eye side, Point first, Point last) {
  PatchPlacement result =
      place_pair(kOneEyePatch, kOneEyePatch.middle(), kCornerDistanceOnOneEyePatch, first, last);
  result.is_mirrored = side == Eye::Left;
  return result;
}

/// The lids of one eye: its corners' middle in the patch's, `half` (from there to the image-right
/// corner) level, kCornerDistanceOnLidPatch / 2 long. The left eye is mirrored.
constexpr PatchPlacement place_lid_patch(Eye side, Point middle, Point half) {
  PatchPlacement result = place_pair(
      kLidPatch, kLidPatch.middle(), kCornerDistanceOnLidPatch, middle - half, middle + half);
  result.is_mirrored = side == Eye::Left;
  return result;
}
constexpr Point corner_middle(const EyePoints& eye) { return (eye[0] + eye[3]) * 0.5f; }
/// Of a pair, along the line between the eyes and of their mean width: what one corner errs turns
/// and scales the patch little.
EYELID_PORTABLE inline PatchPlacement place_lid_patch(Eye side, const EyeLandmarks& eyes) {
  const Point across = corner_middle(eyes.left) - corner_middle(eyes.right);
  const float width =
      0.5f * (distance(eyes.right[0], eyes.right[3]) + distance(eyes.left[0], eyes.left[3]));
  const Point half = across * (0.5f * width / std::sqrt(dot(across, across)));
  return place_lid_patch(side, corner_middle(eyes[side]), half);
}
/// Of an eye without its fellow.
constexpr PatchPlacement place_lid_patch(Eye side, const EyePoints& eye) {
  return place_lid_patch(side, corner_middle(eye), (eye[3] - eye[0]) * 0.5f);
}

/// Point i of the mirrored face is point kMirroredFacePoint[i] of the original.
extern const std::array<std::size_t, 68> kMirroredFacePoint;

}  // namespace eyelid::landmarks
