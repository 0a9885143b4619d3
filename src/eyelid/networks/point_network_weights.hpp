// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eyelid/networks/model_description.hpp"
#include "eyelid/networks/point_network_shape.hpp"

namespace eyelid::networks {

struct PointLayer {
  std::vector<float> weights;  // (outputs, inputs, window, window), or (outputs, inputs)
  std::vector<float> bias;     // (outputs)
};

/// Every number of an eye finder or a lid finder.
///
/// Input: a gray patch of the size that its shape states, brought to mean 0: (pixel - mean) /
/// (standard deviation + kPatchContrast). Output: x and y of its points from the patch's middle; of
/// the eye finder in units of the distance that eye centers have on the patch, of the lid finder in
/// units of the distance that corners have there.
struct PointNetworkWeights : ModelDescription {
  const PointNetworkShape* shape = nullptr;
  std::vector<PointLayer> convolutions;
  std::array<PointLayer, 2> denses;
};

/// Keeps the noise of a flat patch small, in gray levels.
inline constexpr double kPatchContrast = 5.1;

/// Our safetensors file of a network of this shape. Throws InputError in one sentence for anything
/// else. Tensors: conv1.weight, conv1.bias, ... dense2.bias.
PointNetworkWeights load_point_network(const PointNetworkShape& shape,
                                       std::span<const std::byte> bytes,
                                       const std::string& source);

/// The one inside this program.
PointNetworkWeights embedded_point_network(const PointNetworkShape& shape);

/// kEyeFinder or kLidFinder where it is our safetensors file of one, else null.
const PointNetworkShape* point_network_shape(std::span<const std::byte> bytes,
                                             const std::string& source);

std::vector<std::byte> point_network_to_safetensors(const PointNetworkWeights& weights);

/// For `eyelid model inspect`.
DescriptionLines describe_point_network(const PointNetworkWeights& weights);

}  // namespace eyelid::networks
