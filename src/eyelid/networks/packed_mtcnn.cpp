// SPDX-License-Identifier: MIT
#include "eyelid/networks/packed_mtcnn.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/networks/mtcnn_networks.hpp"

namespace eyelid::networks {
namespace {

using compute::aligned_copy;
using compute::AlignedBuffer;
using kernels::kConvolutionGroup;

/// Layers on the same input merged into one, their outputs concatenated.
PackedConvolution pack(std::span<const MtcnnLayer> layers, const MtcnnLayerShape& shape) {
  const std::size_t taps = shape.inputs * shape.window * shape.window;
  std::size_t outputs = 0;
  for (const MtcnnLayer& layer : layers) outputs += layer.bias.size();
  const auto group = static_cast<std::size_t>(kConvolutionGroup);
  const std::size_t padded = (outputs + group - 1) / group * group;
  PackedConvolution packed{static_cast<int>(shape.inputs),
                           static_cast<int>(padded),
                           static_cast<int>(shape.window),
                           AlignedBuffer<float>(padded * taps),
                           AlignedBuffer<float>(padded),
                           AlignedBuffer<float>(padded)};
  std::size_t o = 0;
  for (const MtcnnLayer& layer : layers) {
    EYELID_EXPECTS(layer.weights.size() == layer.bias.size() * taps);
    for (std::size_t i = 0; i < layer.bias.size(); i++, o++) {
      for (std::size_t k = 0; k < taps; k++) {
        packed.weights[(o / group * taps + k) * group + o % group] = layer.weights[i * taps + k];
      }
      packed.bias[o] = layer.bias[i];
      packed.slopes[o] = layer.slopes.empty() ? 1.0f : layer.slopes[i];
    }
  }
  return packed;
}

PackedConvolution pack(const MtcnnLayer& layer, const MtcnnLayerShape& shape) {
  return pack(std::span(&layer, 1), shape);
}

}  // namespace

std::shared_ptr<const PackedMtcnn> pack_mtcnn(const MtcnnWeights& weights) {
  auto packed = std::make_shared<PackedMtcnn>();
  const MtcnnLayer& first = weights.pnet[0];
  packed->first_weights = aligned_copy(first.weights);
  packed->first_bias = aligned_copy(first.bias);
  packed->first_slopes = aligned_copy(first.slopes);
  packed->second = pack(weights.pnet[1], kProposalLayers[1]);
  packed->third = pack(weights.pnet[2], kProposalLayers[2]);
  const MtcnnLayer& scores = weights.pnet[3];
  const std::size_t channels = kProposalLayers[3].inputs;
  packed->face_weights = AlignedBuffer<float>(channels);
  for (std::size_t c = 0; c < channels; c++) {
    packed->face_weights[c] = scores.weights[channels + c] - scores.weights[c];
  }
  packed->face_bias = scores.bias[1] - scores.bias[0];
  packed->corrections = weights.pnet[4];

  constexpr std::array<int, 4> kRefinementPools = {3, 3, 0, 0};
  for (std::size_t i = 0; i < kRefinementPools.size(); i++) {
    packed->rnet.push_back({pack(weights.rnet[i], kRefinementLayers[i]), kRefinementPools[i]});
  }
  packed->rnet.push_back({pack(std::span(weights.rnet).subspan(4), kRefinementLayers[4]), 0});
  constexpr std::array<int, 5> kOutputPools = {3, 3, 2, 0, 0};
  for (std::size_t i = 0; i < kOutputPools.size(); i++) {
    packed->onet.push_back({pack(weights.onet[i], kOutputLayers[i]), kOutputPools[i]});
  }
  packed->onet.push_back({pack(std::span(weights.onet).subspan(5), kOutputLayers[5]), 0});
  return packed;
}

}  // namespace eyelid::networks
