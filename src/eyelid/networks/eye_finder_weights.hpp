// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/networks/model_description.hpp"

namespace eyelid::networks {

/// A valid convolution with bias and ReLU.
struct EyeFinderConvolution {
  std::string_view name;
  std::size_t outputs, inputs;
  std::size_t window;         // 3, or 4 with stride 2
  std::size_t stride;         // 1 or 2
  std::size_t width, height;  // of the map that it gives
};
struct EyeFinderDense {
  std::string_view name;
  std::size_t outputs, inputs;
};

inline constexpr int kEyeFinderWidth = 96;  // of the gray patch, in pixels
inline constexpr int kEyeFinderHeight = 56;
inline constexpr std::size_t kEyeFinderPoints = 12;

// clang-format off
inline constexpr std::array<EyeFinderConvolution, 5> kEyeFinderConvolutions = {{
    {"conv1", 8, 1, 4, 2, 47, 27},
    {"conv2", 24, 8, 4, 2, 22, 12},
    {"conv3", 32, 24, 3, 1, 20, 10},
    {"conv4", 48, 32, 4, 2, 9, 4},
    {"conv5", 64, 48, 3, 1, 7, 2}}};
inline constexpr std::array<EyeFinderDense, 2> kEyeFinderDenses = {{
    {"dense1", 96, 64 * 2 * 7},  // its inputs: channel, row, column
    {"dense2", 2 * kEyeFinderPoints, 96}}};
// clang-format on

struct EyeFinderLayer {
  std::vector<float> weights;  // (outputs, inputs, window, window), or (outputs, inputs)
  std::vector<float> bias;     // (outputs)
};

/// Every number of the eye finder: a small network (3.7 million multiplications) from a patch
/// around both eyes to their lid points. It is there for the corners: trained to find them where
/// they are whether the eye is open or closed, so that a blink does not move the pictures on which
/// the lids are measured.
///
/// Input: a gray patch of 96 x 56 pixels (landmarks::kBothEyesPatch), brought to mean 0:
/// (pixel - mean) / (standard deviation + kEyeFinderLight). Output: x and y of twelve points, right
/// eye first, from the patch's middle in units of the distance that eye centers have on the patch.
struct EyeFinderWeights : ModelDescription {
  std::array<EyeFinderLayer, kEyeFinderConvolutions.size()> convolutions;
  std::array<EyeFinderLayer, kEyeFinderDenses.size()> denses;
};

/// Keeps the noise of a flat patch small, in gray levels.
inline constexpr double kEyeFinderLight = 5.1;

/// Our safetensors file. Throws InputError in one sentence for anything else. Tensors:
/// conv1.weight, conv1.bias, ... dense2.bias.
EyeFinderWeights load_eye_finder(std::span<const std::byte> bytes, const std::string& source);

/// The one inside this program.
EyeFinderWeights embedded_eye_finder();

/// True for our safetensors file of an eye finder.
bool is_eye_finder(std::span<const std::byte> bytes, const std::string& source);

std::vector<std::byte> eye_finder_to_safetensors(const EyeFinderWeights& weights);

/// For `eyelid model inspect`.
DescriptionLines describe_eye_finder(const EyeFinderWeights& weights);

}  // namespace eyelid::networks
