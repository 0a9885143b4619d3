// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "eyelid/networks/eye_finder_weights.hpp"

namespace eyelid::networks {

/// An eye finder of random weights that keep the size of its numbers from layer to layer.
inline EyeFinderWeights random_eye_finder(std::uint32_t seed) {
  std::mt19937 random(seed);
  EyeFinderWeights weights;
  weights.name = "random";
  const auto fill = [&](EyeFinderLayer& layer, std::size_t outputs, std::size_t taps) {
    std::normal_distribution<float> number(0.0f, std::sqrt(2.0f / static_cast<float>(taps)));
    layer.weights.resize(outputs * taps);
    layer.bias.resize(outputs);
    for (float& weight : layer.weights) weight = number(random);
    for (float& bias : layer.bias) bias = 0.1f * number(random);
  };
  for (std::size_t i = 0; i < kEyeFinderConvolutions.size(); i++) {
    const EyeFinderConvolution& shape = kEyeFinderConvolutions[i];
    fill(weights.convolutions[i], shape.outputs, shape.inputs * shape.window * shape.window);
  }
  for (std::size_t i = 0; i < kEyeFinderDenses.size(); i++) {
    fill(weights.denses[i], kEyeFinderDenses[i].outputs, kEyeFinderDenses[i].inputs);
  }
  return weights;
}

}  // namespace eyelid::networks
