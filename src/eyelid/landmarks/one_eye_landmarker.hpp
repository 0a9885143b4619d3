// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <span>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/landmarks/lid_finder.hpp"
#include "eyelid/landmarks/patch.hpp"

/// One eye without a face: cameras that are mounted on the head, or look at one eye from close by.
namespace eyelid::landmarks {

/// Where an eye is looked for, in frame pixels: EyePoints[0] and EyePoints[3].
struct EyeCorners {
  Point first;
  Point last;

  float width() const { return distance(first, last); }
  Point middle() const { return (first + last) * 0.5f; }
  friend bool operator==(const EyeCorners&, const EyeCorners&) = default;
};

/// The corners of the eye in `box`: halfway up its left and its right edge.
constexpr EyeCorners corners_in(const Rect& box) {
  const float middle = box.center().y;
  return {{box.x, middle}, {box.right(), middle}};
}
/// The smallest box around the points.
Rect box_around(const EyePoints& eye);

struct OneEye {
  EyePoints points{};              // frame pixels; all zero when the start was not usable
  float presence = kNotAvailable;  // mean over the starts (eye_presence.hpp)
  /// Can be measured: the points are an eye's, near the start, in the picture or just beyond its
  /// border, and the picture shows an eye there.
  bool is_trusted = false;
  /// Not that, but to be measured if it was trusted a moment before.
  bool is_doubted = false;
};

/// From corners that are about right to lid points: the one-eye model from eight starts around
/// them, each twice. The means of points and presence err less than one start: on two films of an
/// eye that fills the picture, the EAR of the open eye jitters by 0.0012 and 0.0018 (SD) instead of
/// 0.0036 and 0.0042; the mean with the lid finder's points by a third less.
///
/// Threads: one per thread, the models shared. Same points on every machine. Allocates nothing once
/// warm.
class OneEyeLandmarker {
 public:
  explicit OneEyeLandmarker(std::shared_ptr<const LandmarkModels> models);

  OneEye locate(const FrameView& frame, Eye side, const EyeCorners& start);

  /// One step of the above: every eye from its corners to new points. Those whose corners coincide
  /// or are no numbers stay as they are.
  void refine(const FrameView& frame, Eye side, std::span<EyePoints> eyes);
  /// How surely the picture shows an eye there; kNotAvailable where that cannot be asked. Also
  /// where one tone fills the patch, which PresenceJudge takes for a cover: the skin around an eye
  /// close up is smooth, and beyond the border the patch repeats it.
  float presence(const FrameView& frame, Eye side, const EyePoints& eye);

  static constexpr std::size_t kStarts = 8;

 private:
  std::shared_ptr<const LandmarkModels> models_;
  LidFinder lid_finder_;
  PatchCutter cutter_;
  std::array<GrayImage, kStarts> patches_;
};

}  // namespace eyelid::landmarks
