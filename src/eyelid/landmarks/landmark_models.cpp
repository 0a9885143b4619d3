// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/landmark_models.hpp"

#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"

namespace eyelid::landmarks {
namespace {

ShapeModel embedded_shape_model(const std::string& name, std::size_t points) {
  const auto bytes = model_files::embedded_model(name);
  if (bytes.empty()) {
    throw InputError(name + ": not inside this program, expected a build with models/" + name);
  }
  ShapeModel model(load_shape_model(bytes, "embedded " + name));
  if (model.point_count() != points) {
    throw InputError("embedded " + name + ": " + std::to_string(model.point_count()) +
                     " points, expected " + std::to_string(points));
  }
  return model;
}

}  // namespace

std::shared_ptr<const LandmarkModels> embedded_landmark_models() {
  static const auto models = std::make_shared<const LandmarkModels>(
      LandmarkModels{embedded_shape_model("landmarks_22.safetensors", 22),
                     embedded_shape_model("landmarks_68.safetensors", 68),
                     embedded_shape_model("landmarks_12.safetensors", 12),
                     embedded_shape_model("landmarks_6.safetensors", 6)});
  return models;
}

}  // namespace eyelid::landmarks
