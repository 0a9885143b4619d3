// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/core/image.hpp"
#include "eyelid/landmarks/shape_model_description.hpp"

namespace eyelid::landmarks {

struct RandomShapeModelSize {
  std::size_t points = 68;
  int depth = 4;
  std::size_t cascades = 10;
  std::size_t trees = 500;
  std::size_t features = 400;
};

/// An ensemble with the statistics of a trained one (pixel pairs close together, later cascades
/// correcting less) but random content: for tests and for timing against dlib on equal terms.
ShapeModelDescription random_shape_model(const RandomShapeModelSize& size, std::uint32_t seed);

/// Smooth waves and noise, so that pixel differences resemble those of photographs.
GrayImage random_gray_image(int width, int height, std::uint32_t seed);

}  // namespace eyelid::landmarks
