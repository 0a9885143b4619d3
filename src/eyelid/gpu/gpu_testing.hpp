// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/gpu_face_detector.hpp"
#include "eyelid/landmarks/shape_model_file.hpp"
#include "eyelid/model_files/embedded_models.hpp"

/// What the tests of this room share.
namespace eyelid::gpu {

inline landmarks::ShapeModelDescription embedded_shape(const std::string& name) {
  return landmarks::load_shape_model(model_files::embedded_model(name), name);
}

/// The embedded landmark models with any detector.
inline std::shared_ptr<const DeviceModels> models_with(const networks::BlazeFaceWeights& detector) {
  return std::make_shared<const DeviceModels>(
      detector,
      networks::embedded_point_network(networks::kEyeFinder),
      networks::embedded_point_network(networks::kLidFinder),
      embedded_shape("landmarks_22.safetensors"),
      embedded_shape("landmarks_6.safetensors"),
      embedded_shape("landmarks_68.safetensors"),
      embedded_shape("eye_presence.safetensors"));
}

inline networks::BlazeFaceWeights embedded_detector() {
  return networks::load_blazeface(model_files::embedded_model("blazeface_gray.safetensors"),
                                  "embedded");
}

/// Smooth blobs and noise: pictures on which every layer has something to do.
inline GrayImage random_picture(int width, int height, unsigned seed) {
  std::mt19937 random(seed);
  GrayImage image(width, height);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      const auto wave = static_cast<unsigned>((x * 3 + y * 2) % 160 + (x / 9 + y / 7) % 2 * 40);
      image.row(y)[x] =
          static_cast<std::uint8_t>(std::min(255u, wave + static_cast<unsigned>(random() % 56)));
    }
  }
  return image;
}

}  // namespace eyelid::gpu
