// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// Random weights of a size that keeps the activations near 1 through all layers.
inline BlazeFaceWeights random_weights(unsigned seed) {
  std::mt19937 random(seed);
  BlazeFaceWeights weights;
  weights.name = "random";
  weights.license = "MIT";
  weights.training_data = "none";
  for_each_convolution(
      weights, [&](const std::string&, auto& layer, const std::vector<std::size_t>& shape) {
        const std::size_t terms = shape[1] * shape[2] * shape[3];
        std::normal_distribution<float> weight(0.0f, 1.0f / std::sqrt(static_cast<float>(terms)));
        layer.weights.resize(shape[0] * terms);
        layer.bias.resize(shape[0]);
        for (float& value : layer.weights) value = weight(random);
        for (float& value : layer.bias) value = 0.1f * weight(random);
      });
  return weights;
}

}  // namespace eyelid::networks
