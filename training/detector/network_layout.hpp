// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::training {

/// One tensor within a flat array of numbers.
struct TensorSlice {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;
  std::size_t count = 0;
};

/// Every number of a BlazeFace front in training. Topology of networks::kBlazeFaceBlocks, with a
/// batch normalization behind the stem and behind each pointwise convolution instead of a bias;
/// the depthwise convolutions need none, the normalization would remove it.
///
/// The optimizer, checkpoints and averages see two flat arrays; everything else these slices.
struct NetworkLayout {
  struct Normalized {
    TensorSlice weight, gamma, beta;
    TensorSlice mean, variance;  // in the array of statistics
  };
  struct Block {
    TensorSlice depthwise;  // (inputs, 1, 3, 3)
    Normalized pointwise;   // (outputs, inputs, 1, 1)
  };
  struct Head {
    TensorSlice scores, scores_bias;  // (slots, inputs, 1, 1)
    TensorSlice boxes, boxes_bias;    // (16 slots, inputs, 1, 1), in units of kBoxUnit_px
  };
  Normalized stem;  // (24, 1, 5, 5)
  std::array<Block, networks::kBlazeFaceBlockCount> blocks;
  Head head_16, head_8;

  std::size_t parameter_count = 0;
  std::size_t statistic_count = 0;
  std::vector<TensorSlice> parameters() const;
};

/// Box numbers leave the network in this unit, so that weights of ordinary size reach a face.
inline constexpr float kBoxUnit_px = 16.0f;
inline constexpr double kNormalizationEpsilon = 1e-5;
inline constexpr double kNormalizationMomentum = 0.1;

const NetworkLayout& network_layout();

/// Random convolutions (He et al. 2015), gamma 0.5, scores of 0.01, boxes of the anchors' hidden
/// sizes; the same for the same seed everywhere.
std::vector<float> initial_parameters(std::uint64_t seed);
/// Means 0, variances 1.
std::vector<float> initial_statistics();

/// The network our engine runs: normalization and box unit folded into convolutions and biases.
networks::BlazeFaceWeights folded_weights(std::span<const float> parameters,
                                          std::span<const float> statistics);

}  // namespace eyelid::training
