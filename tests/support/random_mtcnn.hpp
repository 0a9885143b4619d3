// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <random>
#include <string_view>

#include "eyelid/networks/mtcnn_weights.hpp"

namespace eyelid::networks {

/// Random weights of a size that keeps the activations near 1 through all layers; slopes of both
/// signs.
inline MtcnnWeights random_mtcnn(unsigned seed) {
  std::mt19937 random(seed);
  MtcnnWeights weights;
  weights.name = "random";
  weights.license = "MIT";
  for_each_mtcnn_layer(
      weights, [&](std::string_view, const MtcnnLayerShape& shape, MtcnnLayer& layer) {
        const std::size_t terms = shape.inputs * shape.window * shape.window;
        std::normal_distribution<float> weight(0.0f, 1.0f / std::sqrt(static_cast<float>(terms)));
        std::uniform_real_distribution<float> slope(-0.6f, 1.2f);
        layer.weights.resize(shape.outputs * terms);
        layer.bias.resize(shape.outputs);
        for (float& value : layer.weights) value = weight(random);
        for (float& value : layer.bias) value = 0.1f * weight(random);
        if (shape.slopes.empty()) return;
        layer.slopes.resize(shape.outputs);
        for (float& value : layer.slopes) value = slope(random);
      });
  return weights;
}

}  // namespace eyelid::networks
