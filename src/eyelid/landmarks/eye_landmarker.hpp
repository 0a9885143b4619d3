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
  /// False when the points cannot be an upright pair of eyes inside the frame (see the .cpp); such
  /// points must not be measured.
  bool is_trustworthy = false;
};

/// From a face box to lid points:
///   keypoints of the detector, or eye centres of the 68-point model started from the box
///   -> both-eyes model (12 points) -> one-eye model per eye, the left one mirrored (6 points).
///
/// Threads: one per thread; copies share the models.
class EyeLandmarker {
 public:
  explicit EyeLandmarker(std::shared_ptr<const LandmarkModels> models);
  ~EyeLandmarker();
  EyeLandmarker(EyeLandmarker&&) noexcept;

  /// Allocates nothing once warm.
  FacePoints locate(const FrameView& frame, const FaceBox& face, PointCount count);

 private:
  struct Workspace;
  std::shared_ptr<const LandmarkModels> models_;
  std::unique_ptr<Workspace> workspace_;
};

/// A box and keypoints for the next frame, made from the points of this one: replaces detection in
/// between (`--detect-every`). The score is carried over from `face`.
FaceBox carry_face(const FaceBox& face, const FacePoints& points);

}  // namespace eyelid::landmarks
