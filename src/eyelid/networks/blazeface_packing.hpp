// SPDX-License-Identifier: MIT
// Private to blazeface_network.cpp: weights in the order the kernels read them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/arena.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"
#include "eyelid/networks/blazeface_network.hpp"
#include "eyelid/networks/blazeface_weights.hpp"

namespace eyelid::networks {

/// Of the stem on a color picture.
inline constexpr int kBlazeFaceColorTaps = 3 * 5 * 5;

struct PackedPointwise {
  compute::AlignedBuffer<float> weights;
  compute::AlignedBuffer<float> bias;
  int inputs = 0;
  int outputs = 0;

  kernels::BlazePointwise view() const { return {inputs, outputs, weights.data(), bias.data()}; }
};

/// The blocks in bfloat16.
struct PackedBf16 {
  struct Layer {
    compute::AlignedBuffer<std::uint32_t> depthwise;
    compute::AlignedBuffer<float> depthwise_bias;
    compute::AlignedBuffer<std::uint32_t> pointwise;
    compute::AlignedBuffer<float> bias;
  };
  Layer stem;  // pointwise and bias
  float zero = 0.0f;
  std::array<Layer, kBlazeFaceBlockCount> blocks;

  kernels::BlazeBf16Stem stem_view() const;
  kernels::BlazeBf16Block block_view(std::size_t index) const;
};

/// The blocks in int8.
struct PackedInt8 {
  struct Layer {
    int inputs = 0;  // padded to whole words
    compute::AlignedBuffer<std::uint32_t> depthwise;
    compute::AlignedBuffer<std::int32_t> depthwise_bias;
    compute::AlignedBuffer<kernels::BlazeNarrow> depthwise_narrow;
    compute::AlignedBuffer<kernels::BlazeInt8Window> windows;
    compute::AlignedBuffer<std::uint32_t> pointwise;
    compute::AlignedBuffer<std::int32_t> bias;
    compute::AlignedBuffer<kernels::BlazeNarrow> narrow;
    compute::AlignedBuffer<std::int32_t> shortcut_factor;
  };
  Layer stem;  // its pointwise half
  std::uint8_t padding = 0;
  std::array<Layer, kBlazeFaceBlockCount> blocks;

  kernels::BlazeInt8Stem stem_view() const;
  kernels::BlazeInt8Block block_view(std::size_t index) const;
};

struct PackedBlazeFace {
  Precision precision = Precision::F32;
  float input_scale = 0.0f;
  float input_offset = 0.0f;
  struct Block {
    int stride = 1;
    compute::AlignedBuffer<float> depthwise;
    compute::AlignedBuffer<float> depthwise_bias;
    PackedPointwise pointwise;
  };
  // Filled for F32.
  PackedPointwise stem;
  PackedPointwise color_stem;  // no inputs: the file was gray
  std::array<Block, kBlazeFaceBlockCount> blocks;
  // Filled for the other precisions.
  PackedBf16 bf16;
  PackedInt8 int8;
  /// One of the two heads, in single precision on the unpacked numbers of the map.
  struct Head {
    int per_cell = 0;
    int width = 0;  // of the map
    PackedPointwise scores;
    PackedPointwise all_boxes;
    compute::AlignedBuffer<float> boxes;  // [anchor of the cell][input][16]
    compute::AlignedBuffer<float> boxes_bias;
  };
  Head head_16;
  Head head_8;
  compute::Arena arena;  // where gather() puts all of the above

  /// Moves all numbers next to each other, in the order a run reads them.
  void gather();
};

/// The output channels in near-equal groups, as kernels::BlazePointwise describes them: calls
/// visit(first channel, channels) for each.
template <class Visit>
void for_each_channel_group(int outputs, Visit visit) {
  const int groups = (outputs + kernels::kChannelGroup - 1) / kernels::kChannelGroup;
  int begin = 0;
  for (int group = 0; group < groups; group++) {
    const int size = outputs / groups + (group < outputs % groups ? 1 : 0);
    visit(begin, size);
    begin += size;
  }
}

PackedBf16 pack_bf16(const BlazeFaceWeights& weights);
/// Needs weights.int8.
PackedInt8 pack_int8(const BlazeFaceWeights& weights);

}  // namespace eyelid::networks
