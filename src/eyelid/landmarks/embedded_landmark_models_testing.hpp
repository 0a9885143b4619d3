// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/landmarks/landmark_models.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"

namespace eyelid::landmarks {

/// The models inside this program. Decoded at the first call, then shared. Throws InputError when
/// this build has none.
inline std::shared_ptr<const LandmarkModels> embedded_landmark_models() {
  const auto load = [](const char* name) {
    return ShapeModel(load_shape_model(model_files::embedded_model(name), name));
  };
  static const auto models = std::make_shared<const LandmarkModels>(LandmarkModels{
      load("landmarks_22.safetensors"),
      load("landmarks_68.safetensors"),
      networks::pack_point_network(networks::embedded_point_network(networks::kEyeFinder)),
      networks::pack_point_network(networks::embedded_point_network(networks::kLidFinder)),
      load("landmarks_6.safetensors"),
      load("eye_presence.safetensors")});
  return models;
}

}  // namespace eyelid::landmarks
