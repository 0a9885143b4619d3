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
  EyeLandmarks eyes;                    // always from the last step, in frame pixels
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
///   -> eye finder (networks/point_network_shape.hpp), whose corners a blink does not move
///   -> six points per eye on patches aligned on these corners, the left eye mirrored: the mean of
///   the one-eye ensemble and the lid finder. Then each eye is judged by itself.
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
