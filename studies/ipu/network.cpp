// SPDX-License-Identifier: MIT
#include "studies/ipu/network.hpp"

#include <algorithm>

namespace eyelid::ipu {
namespace {

constexpr int kInputChannels = 3;

class Builder {
 public:
  Builder() { network_.tensors.push_back({kInputChannels, 128, 128}); }

  int convolution(std::string name,
                  const networks::ConvolutionWeights& weights,
                  int input,
                  Convolution shape,
                  bool relu) {
    const TensorShape& source = network_.tensors[static_cast<std::size_t>(input)];
    shape.field = {source.height, source.width};
    Operation operation;
    operation.name = std::move(name);
    operation.convolution = shape;
    operation.weights = weights.weights;
    operation.bias = weights.bias;
    operation.relu = relu;
    operation.input = input;
    return append(std::move(operation),
                  {shape.groups * shape.outputs, shape.output_size(0), shape.output_size(1)});
  }

  int max_pool(std::string name, int input) {
    const TensorShape source = network_.tensors[static_cast<std::size_t>(input)];
    Operation operation;
    operation.kind = OperationKind::MaxPool;
    operation.name = std::move(name);
    operation.input = input;
    return append(std::move(operation), {source.channels, source.height / 2, source.width / 2});
  }

  int add(std::string name, int input, int other) {
    Operation operation;
    operation.kind = OperationKind::Add;
    operation.name = std::move(name);
    operation.input = input;
    operation.other = other;
    operation.relu = true;
    return append(std::move(operation), network_.tensors[static_cast<std::size_t>(input)]);
  }

  void result(int tensor) { network_.outputs.push_back(tensor); }
  Network take() { return std::move(network_); }

 private:
  int append(Operation operation, TensorShape shape) {
    operation.output = static_cast<int>(network_.tensors.size());
    network_.tensors.push_back(shape);
    network_.operations.push_back(std::move(operation));
    return static_cast<int>(network_.tensors.size()) - 1;
  }

  Network network_;
};

/// (24, 3, 5, 5)
networks::ConvolutionWeights stem_of(const networks::BlazeFaceWeights& weights) {
  if (!weights.color_stem.empty()) return {weights.color_stem, weights.stem.bias};
  constexpr std::size_t kTaps = 25;
  networks::ConvolutionWeights stem{{}, weights.stem.bias};
  for (std::size_t output = 0; output < weights.stem.weights.size() / kTaps; output++) {
    for (int channel = 0; channel < kInputChannels; channel++) {
      for (std::size_t tap = 0; tap < kTaps; tap++) {
        stem.weights.push_back(weights.stem.weights[output * kTaps + tap] / kInputChannels);
      }
    }
  }
  return stem;
}

Convolution dense(int inputs, int outputs) {
  Convolution shape;
  shape.inputs = inputs;
  shape.outputs = outputs;
  return shape;
}

}  // namespace

double Network::weight_count() const {
  double count = 0.0;
  for (const Operation& operation : operations) {
    count += static_cast<double>(operation.weights.size() + operation.bias.size());
  }
  return count;
}

double Network::output_elements() const {
  double count = 0.0;
  for (const int tensor : outputs) count += tensors[static_cast<std::size_t>(tensor)].elements();
  return count;
}

Network blazeface_network(const networks::BlazeFaceWeights& weights) {
  Builder builder;
  Convolution stem = dense(kInputChannels, networks::kBlazeFaceStemChannels);
  stem.kernel = {5, 5};
  stem.stride = {2, 2};
  stem.padding_lower = {1, 1};
  stem.padding_upper = {2, 2};
  int map = builder.convolution("stem", stem_of(weights), 0, stem, true);
  int last_16 = 0;
  for (std::size_t i = 0; i < networks::kBlazeFaceBlocks.size(); i++) {
    const networks::BlazeFaceBlockShape& block = networks::kBlazeFaceBlocks[i];
    const std::string name = "block " + std::to_string(i);
    if (block.stride == 2 && block.inputs == 88) last_16 = map;
    Convolution depthwise = dense(1, 1);
    depthwise.groups = block.inputs;
    depthwise.kernel = {3, 3};
    depthwise.stride = {block.stride, block.stride};
    depthwise.padding_upper = {1, 1};
    if (block.stride == 1) depthwise.padding_lower = {1, 1};
    const int middle = builder.convolution(
        name + " depthwise", weights.blocks[i].depthwise, map, depthwise, false);
    const int wide = builder.convolution(name + " pointwise",
                                         weights.blocks[i].pointwise,
                                         middle,
                                         dense(block.inputs, block.outputs),
                                         false);
    const int shortcut = block.stride == 2 ? builder.max_pool(name + " pool", map) : map;
    map = builder.add(name + " add", wide, shortcut);
  }
  builder.result(builder.convolution("scores 16", weights.scores_16, last_16, dense(88, 2), false));
  builder.result(builder.convolution("boxes 16", weights.boxes_16, last_16, dense(88, 32), false));
  builder.result(builder.convolution("scores 8", weights.scores_8, map, dense(96, 6), false));
  builder.result(builder.convolution("boxes 8", weights.boxes_8, map, dense(96, 96), false));
  return builder.take();
}

}  // namespace eyelid::ipu
