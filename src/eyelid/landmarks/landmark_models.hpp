// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/landmarks/shape_model.hpp"

namespace eyelid::landmarks {

/// The three ensembles an EyeLandmarker needs; each on the patch of patch.hpp of the same name, its
/// points normalised to it. Embedded as landmarks_68, landmarks_12 and landmarks_6 .safetensors.
struct LandmarkModels {
  ShapeModel face;       // 68 points on the face patch, upright from a box or aligned on the eyes
  ShapeModel both_eyes;  // 12 points, patch aligned on two eye keypoints: right eye, then left
  ShapeModel one_eye;    // 6 points of the right eye, patch aligned on its corners
};

/// The models inside this program. Decoded at the first call, then shared. Throws InputError when
/// this build has none.
std::shared_ptr<const LandmarkModels> embedded_landmark_models();

}  // namespace eyelid::landmarks
