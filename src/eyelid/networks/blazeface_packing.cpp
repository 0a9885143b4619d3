// SPDX-License-Identifier: MIT
#include "eyelid/networks/blazeface_packing.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::networks {
namespace {

using compute::aligned_copy;
using compute::AlignedBuffer;

constexpr int kPerCell16 = 2;
constexpr int kPerCell8 = 6;

/// (outputs, inputs) -> the groups of kernels::BlazePointwise.
AlignedBuffer<float> grouped(const std::vector<float>& weights, int inputs, int outputs) {
  AlignedBuffer<float> packed(weights.size());
  float* target = packed.data();
  for_each_channel_group(outputs, [&](int begin, int size) {
    for (int k = 0; k < inputs; k++) {
      for (int o = begin; o < begin + size; o++) {
        *target++ = weights[static_cast<std::size_t>(o * inputs + k)];
      }
    }
  });
  return packed;
}

PackedPointwise pack(const ConvolutionWeights& layer, int inputs, int outputs) {
  return {grouped(layer.weights, inputs, outputs), aligned_copy(layer.bias), inputs, outputs};
}

/// Box weights of one anchor of a cell: [input][16].
AlignedBuffer<float> pack_boxes(const ConvolutionWeights& layer, int inputs, int per_cell) {
  AlignedBuffer<float> packed(layer.weights.size());
  float* target = packed.data();
  for (int anchor = 0; anchor < per_cell; anchor++) {
    for (int k = 0; k < inputs; k++) {
      for (int j = 0; j < kBlazeFaceBoxNumbers; j++) {
        const int output = anchor * kBlazeFaceBoxNumbers + j;
        *target++ = layer.weights[static_cast<std::size_t>(output * inputs + k)];
      }
    }
  }
  return packed;
}

/// A head that reads integer steps instead of numbers; without steps, the numbers.
ConvolutionWeights in_steps(ConvolutionWeights layer, const std::vector<float>& steps) {
  for (std::size_t i = 0; i < layer.weights.size() && !steps.empty(); i++) {
    layer.weights[i] *= steps[i % steps.size()];
  }
  return layer;
}

PackedBlazeFace::Head pack_head(const ConvolutionWeights& scores,
                                const ConvolutionWeights& boxes,
                                int inputs,
                                int per_cell,
                                int width) {
  return {per_cell,
          width,
          pack(scores, inputs, per_cell),
          pack(boxes, inputs, per_cell * kBlazeFaceBoxNumbers),
          pack_boxes(boxes, inputs, per_cell),
          aligned_copy(boxes.bias)};
}

void pack_singles(const BlazeFaceWeights& weights, PackedBlazeFace& packed) {
  packed.stem = pack(weights.stem, 25, kBlazeFaceStemChannels);
  if (!weights.color_stem.empty()) {
    packed.color_stem =
        pack({weights.color_stem, weights.stem.bias}, kBlazeFaceColorTaps, kBlazeFaceStemChannels);
  }
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    const BlazeFaceBlockShape& shape = kBlazeFaceBlocks[i];
    packed.blocks[i] = {shape.stride,
                        aligned_copy(weights.blocks[i].depthwise.weights),
                        aligned_copy(weights.blocks[i].depthwise.bias),
                        pack(weights.blocks[i].pointwise, shape.inputs, shape.outputs)};
  }
}

void gather_layer(PackedPointwise& layer, compute::Arena& arena) {
  layer.weights = {layer.weights, arena};
  layer.bias = {layer.bias, arena};
}

void gather_layer(PackedBf16::Layer& layer, compute::Arena& arena) {
  layer.depthwise = {layer.depthwise, arena};
  layer.depthwise_bias = {layer.depthwise_bias, arena};
  layer.pointwise = {layer.pointwise, arena};
  layer.bias = {layer.bias, arena};
}

void gather_layer(PackedInt8::Layer& layer, compute::Arena& arena) {
  layer.depthwise = {layer.depthwise, arena};
  layer.depthwise_bias = {layer.depthwise_bias, arena};
  layer.depthwise_narrow = {layer.depthwise_narrow, arena};
  layer.windows = {layer.windows, arena};
  layer.pointwise = {layer.pointwise, arena};
  layer.bias = {layer.bias, arena};
  layer.narrow = {layer.narrow, arena};
  layer.shortcut_factor = {layer.shortcut_factor, arena};
}

}  // namespace

void PackedBlazeFace::gather() {
  gather_layer(stem, arena);
  gather_layer(bf16.stem, arena);
  gather_layer(int8.stem, arena);
  for (std::size_t i = 0; i < kBlazeFaceBlocks.size(); i++) {
    blocks[i].depthwise = {blocks[i].depthwise, arena};
    blocks[i].depthwise_bias = {blocks[i].depthwise_bias, arena};
    gather_layer(blocks[i].pointwise, arena);
    gather_layer(bf16.blocks[i], arena);
    gather_layer(int8.blocks[i], arena);
  }
  for (Head* head : {&head_16, &head_8}) gather_layer(head->scores, arena);
  for (Head* head : {&head_16, &head_8}) {
    head->boxes = {head->boxes, arena};
    head->boxes_bias = {head->boxes_bias, arena};
    gather_layer(head->all_boxes, arena);
  }
  gather_layer(color_stem, arena);
}

std::shared_ptr<const PackedBlazeFace> pack_blazeface(const BlazeFaceWeights& weights,
                                                      Precision precision) {
  EYELID_EXPECTS(precision != Precision::F16);
  auto packed = std::make_shared<PackedBlazeFace>();
  packed->precision = precision;
  packed->input_scale = weights.input_scale;
  packed->input_offset = weights.input_offset;
  std::vector<float> steps_16, steps_8;
  if (precision == Precision::F32) pack_singles(weights, *packed);
  if (precision == Precision::Bf16) packed->bf16 = pack_bf16(weights);
  if (precision == Precision::Int8) {
    if (weights.int8.is_empty()) {
      throw InputError(
          weights.source +
          ": no scales for int8; expected a model that `eyelid model calibrate` wrote");
    }
    packed->int8 = pack_int8(weights);
    steps_16 = weights.int8.output[10];
    steps_8 = weights.int8.output[15];
  }
  packed->head_16 = pack_head(in_steps(weights.scores_16, steps_16),
                              in_steps(weights.boxes_16, steps_16),
                              88,
                              kPerCell16,
                              16);
  packed->head_8 = pack_head(
      in_steps(weights.scores_8, steps_8), in_steps(weights.boxes_8, steps_8), 96, kPerCell8, 8);
  packed->gather();
  return packed;
}

}  // namespace eyelid::networks
