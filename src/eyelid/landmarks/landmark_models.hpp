// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include "eyelid/landmarks/shape_model.hpp"
#include "eyelid/networks/point_network.hpp"

namespace eyelid::landmarks {

/// The models an EyeLandmarker needs: two small networks, and ensembles; each on a patch of
/// patch.hpp, an ensemble's points normalized to it. Embedded as eye_finder, lid_finder,
/// landmarks_22, landmarks_68, landmarks_6 and eye_presence .safetensors.
struct LandmarkModels {
  /// Points 17 .. 26 (brows) and 36 .. 47 (lids) on the upright face patch of a box: finds the eyes
  /// where the detector gives no keypoints. The brows are there to be told from closed lids.
  ShapeModel eye_region;
  /// 68 points on the face patch, aligned on the eye centers: for PointCount::SixtyEight only, and
  /// larger than all others together.
  std::optional<ShapeModel> face;
  std::shared_ptr<const networks::PackedPointNetwork> eye_finder;  // both-eyes patch
  std::shared_ptr<const networks::PackedPointNetwork> lid_finder;  // lid patch
  ShapeModel one_eye;  // 6 points of the right eye, patch aligned on its corners
  /// 1 point, see eye_presence.hpp. Without it every place that looks like an eye counts as one:
  /// for its own training.
  std::optional<ShapeModel> presence{};
};

}  // namespace eyelid::landmarks
