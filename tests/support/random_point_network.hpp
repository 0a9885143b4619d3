// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "eyelid/networks/point_network_weights.hpp"

namespace eyelid::networks {

/// A network of random weights that keep the size of its numbers from layer to layer.
inline PointNetworkWeights random_point_network(const PointNetworkShape& shape,
                                                std::uint32_t seed) {
  std::mt19937 random(seed);
  PointNetworkWeights weights;
  weights.name = "random";
  weights.shape = &shape;
  weights.convolutions.resize(shape.convolutions.size());
  const auto fill = [&](PointLayer& layer, std::size_t outputs, std::size_t taps) {
    std::normal_distribution<float> number(0.0f, std::sqrt(2.0f / static_cast<float>(taps)));
    layer.weights.resize(outputs * taps);
    layer.bias.resize(outputs);
    for (float& weight : layer.weights) weight = number(random);
    for (float& bias : layer.bias) bias = 0.1f * number(random);
  };
  for (std::size_t i = 0; i < weights.convolutions.size(); i++) {
    const PointConvolution& c = shape.convolutions[i];
    fill(weights.convolutions[i], c.outputs, c.inputs * c.window * c.window);
  }
  for (std::size_t i = 0; i < weights.denses.size(); i++) {
    fill(weights.denses[i], shape.denses[i].outputs, shape.denses[i].inputs);
  }
  return weights;
}

}  // namespace eyelid::networks
