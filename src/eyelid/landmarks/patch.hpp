// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"

/// Small aligned gray pictures of a face or an eye, on which the tree ensembles work. Training and
/// tracking cut them with these very functions, so both see identical pixels.
namespace eyelid::landmarks {

/// Sides are the subject's.
enum class EyeSide { Right, Left };

struct PatchSize {
  int width = 0;  // pixels, a multiple of 8
  int height = 0;
  friend constexpr bool operator==(PatchSize, PatchSize) = default;
};

/// The three patches. On them the distance of the outer eye corners is about 42, 68 and (one eye
/// only) 107 px; a study of 67 trainings found no effect of the scale between 70 and 110.
inline constexpr PatchSize kFacePatch{112, 112};
inline constexpr PatchSize kBothEyesPatch{96, 56};
inline constexpr PatchSize kOneEyePatch{64, 48};

/// Distance of the two eye centers on the face patch and on the both-eyes patch, and of the two
/// corners on the one-eye patch; in patch pixels.
inline constexpr float kEyeDistanceOnFacePatch = 30.24f;
inline constexpr float kEyeDistanceOnBothEyesPatch = 48.0f;
inline constexpr float kCornerDistanceOnOneEyePatch = 32.0f;

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

  Point frame_from_normalized(Point normalized) const;
  Point normalized_from_frame(Point in_frame) const;
  /// Finite, of a scale the cutter can serve (1/64 .. 512 frame pixels per patch pixel).
  bool is_usable() const;
};

/// An upright patch around a face box: kFacePatchMargin times its mean side, around its center.
PatchPlacement place_face_patch(const Rect& box);

/// The same patch turned about its center by `angle_rad`: a face rolled by as much (its eye line
/// from x toward y) stands upright on it.
PatchPlacement place_face_patch(const Rect& box, float angle_rad);

/// The same region, turned so that the eye centers lie level. Eyes in frame pixels, as detector
/// keypoints or means of six lid points. They must differ, else the placement is not usable.
PatchPlacement place_face_patch(Point right_eye, Point left_eye);

/// Both eyes: eye centers level, kEyeDistanceOnBothEyesPatch apart, around the patch's center.
PatchPlacement place_both_eyes_patch(Point right_eye, Point left_eye);

/// One eye: its corners level, kCornerDistanceOnOneEyePatch apart, around the patch's center.
/// `first` and `last` are EyePoints[0] and EyePoints[3]: image-left and image-right corner.
/// The left eye is mirrored: it looks like a right one, its points in the order of
/// kMirroredEyePoint.
PatchPlacement place_one_eye_patch(EyeSide side, Point first, Point last);

/// Mirroring an eye makes point i of one side the point kMirroredEyePoint[i] of the other.
inline constexpr std::array<std::size_t, 6> kMirroredEyePoint = {3, 2, 1, 0, 5, 4};
/// The same for the 12 lid points (right eye, then left) and for the 68 points: point i of the
/// mirrored face is point kMirrored...[i] of the original.
extern const std::array<std::size_t, 12> kMirroredLidPoint;
extern const std::array<std::size_t, 68> kMirroredFacePoint;

/// Cuts patches out of frames: bilinear; where the frame is finer than the patch, first the mean
/// over whole blocks of pixels, so that nothing aliases; beyond the border the nearest pixel.
///
/// Threads: one cutter per thread. Allocates only until its scratch has grown to the largest face.
/// Same bytes on every machine.
class PatchCutter {
 public:
  /// `patch` is resized to placement.size. The placement must be usable, the frame not empty.
  void cut(const FrameView& frame, const PatchPlacement& placement, GrayImage& patch);

 private:
  GrayImage shrunk_;
};

}  // namespace eyelid::landmarks
