// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/networks/model_description.hpp"

namespace eyelid::networks {

/// One layer of P-, R- or O-net and its name in every encoding. Fully connected layers on a map are
/// valid convolutions with a window as large as the map.
struct MtcnnLayerShape {
  std::string_view name;    // ours and PyTorch's: "conv1"
  std::string_view numpy;   // in det1.npy .. det3.npy: "conv1"
  std::string_view slopes;  // the PReLU layer that follows; empty: linear
  std::size_t outputs;
  std::size_t inputs;
  std::size_t window;
  bool is_dense;  // a matrix in foreign files; its columns are [x][y][input]
};

// clang-format off
inline constexpr std::array<MtcnnLayerShape, 5> kProposalLayers = {{
    {"conv1",   "conv1",   "prelu1", 10, 1, 3, false},
    {"conv2",   "conv2",   "prelu2", 16, 10, 3, false},
    {"conv3",   "conv3",   "prelu3", 32, 16, 3, false},
    {"conv4_1", "conv4-1", "",       2, 32, 1, false},
    {"conv4_2", "conv4-2", "",       4, 32, 1, false}}};
inline constexpr std::array<MtcnnLayerShape, 6> kRefinementLayers = {{
    {"conv1",    "conv1",   "prelu1", 28, 1, 3, false},
    {"conv2",    "conv2",   "prelu2", 48, 28, 3, false},
    {"conv3",    "conv3",   "prelu3", 64, 48, 2, false},
    {"dense4",   "conv4",   "prelu4", 128, 64, 3, true},
    {"dense5_1", "conv5-1", "",       2, 128, 1, true},
    {"dense5_2", "conv5-2", "",       4, 128, 1, true}}};
inline constexpr std::array<MtcnnLayerShape, 8> kOutputLayers = {{
    {"conv1",    "conv1",   "prelu1", 32, 1, 3, false},
    {"conv2",    "conv2",   "prelu2", 64, 32, 3, false},
    {"conv3",    "conv3",   "prelu3", 64, 64, 3, false},
    {"conv4",    "conv4",   "prelu4", 128, 64, 2, false},
    {"dense5",   "conv5",   "prelu5", 256, 128, 3, true},
    {"dense6_1", "conv6-1", "",       2, 256, 1, true},
    {"dense6_2", "conv6-2", "",       4, 256, 1, true},
    {"dense6_3", "conv6-3", "",       10, 256, 1, true}}};
// clang-format on

struct MtcnnLayer {
  std::vector<float> weights;  // (outputs, inputs, window, window): rows y, columns x
  std::vector<float> bias;     // (outputs)
  std::vector<float> slopes;   // (outputs) of the PReLU; empty: linear
};

/// Every number of the three networks for gray input.
///
/// Heads: the first one gives the logits of background and face, the second the corrections of
/// left, top, right and bottom edge in parts of the box, the third of O-net the five points in
/// parts of the box: x of eye, eye, nose, mouth corner, mouth corner (image left to right), then y.
///
/// Source: Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded
/// Convolutional Networks", IEEE Signal Processing Letters 2016; sizes as in facenet-pytorch.
struct MtcnnWeights : ModelDescription {
  bool is_stored_as_color = false;  // the first layers were for RGB (summed on loading: exact)

  std::array<MtcnnLayer, kProposalLayers.size()> pnet;
  std::array<MtcnnLayer, kRefinementLayers.size()> rnet;
  std::array<MtcnnLayer, kOutputLayers.size()> onet;
};

/// Calls visit("pnet", shape, layer) for every layer, in network order.
template <class Weights, class Visit>
void for_each_mtcnn_layer(Weights& weights, Visit visit) {
  const auto visit_network = [&](std::string_view network, const auto& shapes, auto& layers) {
    for (std::size_t i = 0; i < shapes.size(); i++) visit(network, shapes[i], layers[i]);
  };
  visit_network("pnet", kProposalLayers, weights.pnet);
  visit_network("rnet", kRefinementLayers, weights.rnet);
  visit_network("onet", kOutputLayers, weights.onet);
}

/// Loads MTCNN from: our safetensors; a folder (or any one file of it) with pnet.pt, rnet.pt and
/// onet.pt or with det1.npy, det2.npy and det3.npy; one PyTorch file of all three
/// ("pnet.conv1.weight").
///
/// Throws InputError in one sentence for anything else.
MtcnnWeights load_mtcnn(const std::filesystem::path& path);
/// A single file from memory: our safetensors, or PyTorch's of all three networks.
MtcnnWeights load_mtcnn(std::span<const std::byte> bytes, const std::string& source);

/// True for our safetensors file of an MTCNN.
bool is_mtcnn_safetensors(std::span<const std::byte> bytes, const std::string& source);

/// As our safetensors file, for gray. Tensors: pnet.conv1.weight, pnet.conv1.bias,
/// pnet.conv1.slope, ...
std::vector<std::byte> mtcnn_to_safetensors(const MtcnnWeights& weights);

/// Reads any MTCNN and writes ours. Throws InputError.
void convert_mtcnn(const std::filesystem::path& source, const std::filesystem::path& target);

/// For `eyelid model inspect`.
DescriptionLines describe_mtcnn(const MtcnnWeights& weights);

}  // namespace eyelid::networks
