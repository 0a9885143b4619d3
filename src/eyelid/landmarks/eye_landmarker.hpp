// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/landmark_models.hpp"

namespace eyelid::landmarks {

enum class PointCount { Twelve, SixtyEight };

/// Points of one face.
struct FacePoints {
  EyeLandmarks eyes;                    // always from the two-stage eye models, in frame pixels
  std::optional<FaceLandmarks> points;  // when SixtyEight was asked for; its lid points are `eyes`
  /// Which eyes can be measured: the points can be an eye of this face (plausibility.hpp), and the
  /// picture shows an eye there, open or closed (eye_presence.hpp). The points of the other must
  /// not be measured: it is covered, beyond the border, or was not found.
  PerEye<bool> trusted_eyes{};
  /// Not among them, but with points that can be an eye's and a picture that does not speak clearly
  /// against one: to be measured if it was trusted a moment before.
  PerEye<bool> doubted_eyes{};
  bool is_trustworthy() const { return trusted_eyes.right || trusted_eyes.left; }
};

/// From a face box to lid points:
///   keypoints of the detector, or eye centers of the 22-point model on the box
///   -> both-eyes model (12 points) -> one-eye model per eye, the left one mirrored (6 points), on
///   two patches: aligned on the corners of the both-eyes model, then on its own. The mean counts.
///
/// An eye that appears closed when located from keypoints is rechecked: located a second time, from
/// the eye centers on the box (closed_eye_recheck.hpp). At the end each eye is judged by itself;
/// unless both are there, each is located once more without the other, from its center.
///
/// Threads: one per thread, the models shared. Same points on every machine.
class EyeLandmarker {
 public:
  explicit EyeLandmarker(std::shared_ptr<const LandmarkModels> models);
  ~EyeLandmarker();
  EyeLandmarker(EyeLandmarker&&) noexcept;

  /// Points in frame pixels, also when they are not to be trusted; all zero when the eyes or the
  /// box coincide or are no numbers. Allocates nothing once warm. The frame must not be empty.
  FacePoints locate(const FrameView& frame, const FaceBox& face, PointCount count);

 private:
  struct Workspace;
  std::shared_ptr<const LandmarkModels> models_;
  std::unique_ptr<Workspace> workspace_;
};

}  // namespace eyelid::landmarks
