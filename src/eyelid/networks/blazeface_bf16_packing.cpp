// SPDX-License-Identifier: MIT
#include <bit>

#include "eyelid/networks/blazeface_packing.hpp"

namespace eyelid::networks {
namespace {

using compute::aligned_copy;
using compute::AlignedBuffer;

/// The nearest bfloat16, ties to even.
std::uint32_t bf16_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

std::uint32_t pair_of(float low, float high) { return bf16_of(low) | bf16_of(high) << 16; }

/// weight(output, k) for k < 2 * pairs, in groups.
template <class Weight>
AlignedBuffer<std::uint32_t> grouped_pairs(int outputs, int pairs, Weight weight) {
  AlignedBuffer<std::uint32_t> packed(static_cast<std::size_t>(outputs * pairs));
  std::uint32_t* target = packed.data();
  for_each_channel_group(outputs, [&](int begin, int size) {
    for (int pair = 0; pair < pairs; pair++) {
      for (int o = begin; o < begin + size; o++) {
        *target++ = pair_of(weight(o, 2 * pair), weight(o, 2 * pair + 1));
      }
    }
  });
  return packed;
}

AlignedBuffer<std::uint32_t> packed_depthwise(const std::vector<float>& weights, int stride) {
  const std::size_t channels = weights.size() / 9;
  AlignedBuffer<std::uint32_t> packed(channels * (stride == 1 ? 12 : 6));
  std::uint32_t* target = packed.data();
  for (std::size_t c = 0; c < channels; c++) {
    for (std::size_t column = 0; column < 3; column++) {
      const float* w = weights.data() + 9 * c + column;
      if (stride == 1) {
        *target++ = pair_of(0.0f, w[0]);
        *target++ = pair_of(w[3], w[6]);
      }
      *target++ = pair_of(w[0], w[3]);
      *target++ = pair_of(w[6], 0.0f);
    }
  }
  return packed;
}

}  // namespace

PackedBf16 pack_bf16(const BlazeFaceWeights& weights) {
  PackedBf16 packed;
  // The kernel sees pixel - zero instead of pixel * scale + offset: 8 bits hold it exactly for the
  // usual normalization, whose zero is 127.5.
  packed.zero = -weights.input_offset / weights.input_scale;
  packed.stem.pointwise = grouped_pairs(kBlazeFaceStemChannels, 15, [&](int o, int k) {
    const int row = k / 6, column = k % 6;
    if (column == 5) return 0.0f;
    return weights.stem.weights[static_cast<std::size_t>(25 * o + 5 * row + column)] *
           weights.input_scale;
  });
  packed.stem.bias = aligned_copy(weights.stem.bias);
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[i];
    const BlazeFaceWeights::Block& block = weights.blocks[i];
    packed.blocks[i] = {
        packed_depthwise(block.depthwise.weights, shape.stride),
        aligned_copy(block.depthwise.bias),
        grouped_pairs(
            shape.outputs,
            shape.inputs / 2,
            [&](int o, int k) {
              return block.pointwise.weights[static_cast<std::size_t>(o * shape.inputs + k)];
            }),
        aligned_copy(block.pointwise.bias)};
  }
  return packed;
}

kernels::BlazeBf16Stem PackedBf16::stem_view() const {
  return {kBlazeFaceStemChannels, stem.pointwise.data(), stem.bias.data(), zero};
}

kernels::BlazeBf16Block PackedBf16::block_view(std::size_t index) const {
  const Layer& layer = blocks[index];
  const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[index];
  return {shape.stride,
          layer.depthwise.data(),
          layer.depthwise_bias.data(),
          {shape.inputs, shape.outputs, layer.pointwise.data(), layer.bias.data()}};
}

}  // namespace eyelid::networks
