// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/landmarks/shape_model.hpp"

namespace eyelid::landmarks {

/// The ensembles an EyeLandmarker needs; each on a patch of patch.hpp, its points normalized
/// to it. Embedded as landmarks_22, landmarks_68, landmarks_12 and landmarks_6 .safetensors,
/// and eye_presence.safetensors.
struct LandmarkModels {
  /// Points 17 .. 26 (brows) and 36 .. 47 (lids) on the upright face patch of a box: finds the eyes
  /// where the detector gives no keypoints. The brows are there to be told from closed lids.
  ShapeModel eye_region;
  ShapeModel face;       // 68 points on the face patch, aligned on the eye centers
  ShapeModel both_eyes;  // 12 points, patch aligned on two eye keypoints: right eye, then left
  ShapeModel one_eye;    // 6 points of the right eye, patch aligned on its corners
  /// 1 point, see eye_presence.hpp. Without it every place that looks like an eye counts as one:
  /// for its own training.
  std::optional<ShapeModel> presence{};
};

}  // namespace eyelid::landmarks
