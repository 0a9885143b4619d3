// SPDX-License-Identifier: MIT
#include "training/detector/network_layout.hpp"

#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"
#include "training/detector/anchor_matching.hpp"

namespace eyelid::training {
namespace {

using Shape = std::vector<std::int64_t>;
using networks::kBlazeFaceBlocks;

TensorSlice take(std::string name, Shape shape, std::size_t& offset) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  TensorSlice slice{std::move(name), std::move(shape), offset, count};
  offset += count;
  return slice;
}

NetworkLayout::Normalized take_normalized(const std::string& name, Shape shape, NetworkLayout& l) {
  const std::int64_t outputs = shape[0];
  NetworkLayout::Normalized layer;
  layer.weight = take(name + ".weight", std::move(shape), l.parameter_count);
  layer.gamma = take(name + ".gamma", {outputs}, l.parameter_count);
  layer.beta = take(name + ".beta", {outputs}, l.parameter_count);
  layer.mean = take(name + ".mean", {outputs}, l.statistic_count);
  layer.variance = take(name + ".variance", {outputs}, l.statistic_count);
  return layer;
}

NetworkLayout::Head take_head(const std::string& map,
                              std::int64_t inputs,
                              std::int64_t slots,
                              std::size_t& offset) {
  NetworkLayout::Head head;
  head.scores = take("scores_" + map + ".weight", {slots, inputs, 1, 1}, offset);
  head.scores_bias = take("scores_" + map + ".bias", {slots}, offset);
  head.boxes = take("boxes_" + map + ".weight", {16 * slots, inputs, 1, 1}, offset);
  head.boxes_bias = take("boxes_" + map + ".bias", {16 * slots}, offset);
  return head;
}

NetworkLayout make_layout() {
  NetworkLayout layout;
  layout.stem = take_normalized("stem", {24, 1, 5, 5}, layout);
  for (std::size_t i = 0; i < layout.blocks.size(); i++) {
    const std::string name = "block_" + std::to_string(i);
    const auto& block = kBlazeFaceBlocks[i];
    layout.blocks[i].depthwise =
        take(name + ".depthwise.weight", {block.inputs, 1, 3, 3}, layout.parameter_count);
    layout.blocks[i].pointwise =
        take_normalized(name + ".pointwise", {block.outputs, block.inputs, 1, 1}, layout);
  }
  layout.head_16 = take_head("16", 88, 2, layout.parameter_count);
  layout.head_8 = take_head("8", 96, 6, layout.parameter_count);
  return layout;
}

/// Fills the numbers of a slice from its own stream, whatever the order of calls.
class Initializer {
 public:
  Initializer(std::uint64_t seed, std::vector<float>& numbers) : seed_(seed), numbers_(numbers) {}

  void uniform(const TensorSlice& slice, double bound) {
    synthesis::Random random(seed_, slice.offset);
    for (std::size_t i = 0; i < slice.count; i++) {
      numbers_[slice.offset + i] = random.uniform_f(-bound, bound);
    }
  }
  /// Evenly distributed with a standard deviation of sqrt(2 / inputs).
  void he(const TensorSlice& slice, int inputs) { uniform(slice, std::sqrt(6.0 / inputs)); }
  void constant(const TensorSlice& slice, float value) {
    for (std::size_t i = 0; i < slice.count; i++) numbers_[slice.offset + i] = value;
  }
  void head(const NetworkLayout::Head& head, std::span<const float> sizes) {
    uniform(head.scores, 0.02);
    constant(head.scores_bias, std::log(0.01f / 0.99f));
    uniform(head.boxes, 0.02);
    constant(head.boxes_bias, 0.0f);
    for (std::size_t slot = 0; slot < sizes.size(); slot++) {
      float* bias = &numbers_[head.boxes_bias.offset + 16 * slot];
      bias[2] = bias[3] = sizes[slot] * kDetectorSide / kBoxUnit_px;
    }
  }

 private:
  std::uint64_t seed_;
  std::vector<float>& numbers_;
};

/// Splits a batch normalization into factor and offset of each channel.
struct Fold {
  std::vector<double> factor, offset;

  Fold(const NetworkLayout::Normalized& layer,
       std::span<const float> parameters,
       std::span<const float> statistics) {
    for (std::size_t i = 0; i < layer.gamma.count; i++) {
      const double variance = statistics[layer.variance.offset + i];
      factor.push_back(parameters[layer.gamma.offset + i] /
                       std::sqrt(variance + kNormalizationEpsilon));
      offset.push_back(parameters[layer.beta.offset + i] -
                       factor.back() * statistics[layer.mean.offset + i]);
    }
  }

  networks::ConvolutionWeights apply(std::span<const float> weights) const {
    networks::ConvolutionWeights folded;
    const std::size_t per_output = weights.size() / factor.size();
    for (std::size_t i = 0; i < weights.size(); i++) {
      folded.weights.push_back(static_cast<float>(weights[i] * factor[i / per_output]));
    }
    for (const double value : offset) folded.bias.push_back(static_cast<float>(value));
    return folded;
  }
};

}  // namespace

const NetworkLayout& network_layout() {
  static const NetworkLayout layout = make_layout();
  return layout;
}

std::vector<TensorSlice> NetworkLayout::parameters() const {
  std::vector<TensorSlice> all = {stem.weight, stem.gamma, stem.beta};
  for (const Block& block : blocks) {
    all.push_back(block.depthwise);
    all.push_back(block.pointwise.weight);
    all.push_back(block.pointwise.gamma);
    all.push_back(block.pointwise.beta);
  }
  for (const Head* head : {&head_16, &head_8}) {
    all.push_back(head->scores);
    all.push_back(head->scores_bias);
    all.push_back(head->boxes);
    all.push_back(head->boxes_bias);
  }
  return all;
}

std::vector<float> initial_parameters(std::uint64_t seed) {
  const NetworkLayout& layout = network_layout();
  std::vector<float> numbers(layout.parameter_count);
  Initializer initialize(seed, numbers);
  const auto normalized = [&](const NetworkLayout::Normalized& layer, int inputs) {
    initialize.he(layer.weight, inputs);
    initialize.constant(layer.gamma, 0.5f);
    initialize.constant(layer.beta, 0.0f);
  };
  normalized(layout.stem, 25);
  for (std::size_t i = 0; i < layout.blocks.size(); i++) {
    initialize.he(layout.blocks[i].depthwise, 9);
    normalized(layout.blocks[i].pointwise, kBlazeFaceBlocks[i].inputs);
  }
  initialize.head(layout.head_16, std::span(kHiddenAnchorSizes).first(2));
  initialize.head(layout.head_8, std::span(kHiddenAnchorSizes).last(6));
  return numbers;
}

std::vector<float> initial_statistics() {
  const NetworkLayout& layout = network_layout();
  std::vector<float> numbers(layout.statistic_count, 0.0f);
  const auto set = [&](const NetworkLayout::Normalized& layer) {
    for (std::size_t i = 0; i < layer.variance.count; i++) {
      numbers[layer.variance.offset + i] = 1.0f;
    }
  };
  set(layout.stem);
  for (const NetworkLayout::Block& block : layout.blocks) set(block.pointwise);
  return numbers;
}

networks::BlazeFaceWeights folded_weights(std::span<const float> parameters,
                                          std::span<const float> statistics) {
  const NetworkLayout& layout = network_layout();
  EYELID_EXPECTS(parameters.size() == layout.parameter_count);
  EYELID_EXPECTS(statistics.size() == layout.statistic_count);
  const auto numbers = [&](const TensorSlice& slice) {
    return parameters.subspan(slice.offset, slice.count);
  };
  const auto normalized = [&](const NetworkLayout::Normalized& layer) {
    return Fold(layer, parameters, statistics).apply(numbers(layer.weight));
  };
  const auto scaled = [&](const TensorSlice& weight, const TensorSlice& bias, float unit) {
    networks::ConvolutionWeights layer;
    for (const float value : numbers(weight)) layer.weights.push_back(unit * value);
    for (const float value : numbers(bias)) layer.bias.push_back(unit * value);
    return layer;
  };
  networks::BlazeFaceWeights weights;
  weights.stem = normalized(layout.stem);
  for (std::size_t i = 0; i < layout.blocks.size(); i++) {
    const auto depthwise = numbers(layout.blocks[i].depthwise);
    weights.blocks[i].depthwise.weights.assign(depthwise.begin(), depthwise.end());
    weights.blocks[i].depthwise.bias.assign(layout.blocks[i].depthwise.count / 9, 0.0f);
    weights.blocks[i].pointwise = normalized(layout.blocks[i].pointwise);
  }
  const auto& h16 = layout.head_16;
  const auto& h8 = layout.head_8;
  weights.scores_16 = scaled(h16.scores, h16.scores_bias, 1.0f);
  weights.boxes_16 = scaled(h16.boxes, h16.boxes_bias, kBoxUnit_px);
  weights.scores_8 = scaled(h8.scores, h8.scores_bias, 1.0f);
  weights.boxes_8 = scaled(h8.boxes, h8.boxes_bias, kBoxUnit_px);
  return weights;
}

}  // namespace eyelid::training
