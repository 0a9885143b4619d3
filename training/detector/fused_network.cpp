// SPDX-License-Identifier: MIT
#include "training/detector/fused_network.hpp"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"
#include "training/detector/kernels/blaze_training.hpp"
#include "training/detector/network_layout.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {
namespace {

using compute::AlignedBuffer;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int kLayerCount = networks::kBlazeFaceBlockCount + 1;  // layer 0 is the stem
/// The batch is cut into at most so many groups of images, whatever the number of threads: sums
/// over the batch are sums over groups in their order, the same for any number of threads.
constexpr int kMaxGroups = 16;

int padded(int channels) {
  return (channels + kernels::kLanes - 1) / kernels::kLanes * kernels::kLanes;
}

/// Memory that only grows.
struct Memory {
  AlignedBuffer<float> buffer;

  float* at_least(std::size_t count) {
    if (buffer.size() < count) buffer = AlignedBuffer<float>(count);
    return buffer.data();
  }
  /// The first `count` numbers, all 0.
  float* zeros(std::size_t count) {
    float* begin = at_least(count);
    std::fill_n(begin, count, 0.0f);
    return begin;
  }
};

/// [rows][columns] -> [columns][target_row].
void transpose(const float* source, int rows, int columns, float* target, int target_row) {
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) target[c * target_row + r] = source[r * columns + c];
  }
}

struct Layer {
  kernels::BlazeConvolution plan;
  int true_inputs = 0, true_outputs = 0;
  Memory depthwise, pointwise, transposed;
  Memory convolved, output, input_gradient;
  std::array<double, kernels::kMaxChannels> mean{}, inverse_deviation{};
};

struct Head {
  kernels::BlazeLinear plan;
  int slots = 0;
  Memory weights, transposed, bias;
  Memory output, input_gradient;
};

const NetworkLayout::Normalized& layout_of(int layer) {
  const NetworkLayout& layout = network_layout();
  return layer == 0 ? layout.stem : layout.blocks[static_cast<std::size_t>(layer - 1)].pointwise;
}

/// A tensor over memory of ours.
torch::Tensor view(float* memory, std::vector<std::int64_t> shape) {
  return torch::from_blob(memory, shape);
}

const float* data_of(const torch::Tensor& tensor) {
  EYELID_EXPECTS(tensor.is_contiguous());
  return tensor.data_ptr<float>();
}

}  // namespace

struct FusedNetwork::Work {
  Work(int threads, const kernels::TrainingKernels& kernels) : arena(threads), chosen(kernels) {
    int width = kDetectorSide / 2;
    for (int i = 0; i < kLayerCount; i++) {
      Layer& layer = layers[static_cast<std::size_t>(i)];
      if (i == 0) {
        layer.true_inputs = 25;
        layer.true_outputs = networks::kBlazeFaceStemChannels;
        layer.plan.inputs = kernels::kStemPatch;
        layer.plan.stride = 2;
      } else {
        const auto& shape = networks::kBlazeFaceBlocks[static_cast<std::size_t>(i - 1)];
        layer.true_inputs = shape.inputs;
        layer.true_outputs = shape.outputs;
        layer.plan.inputs = padded(shape.inputs);
        layer.plan.stride = shape.stride;
        width /= shape.stride;
      }
      layer.plan.outputs = padded(layer.true_outputs);
      layer.plan.width = width;
    }
    heads[0] = make_head(16, 88, 2);
    heads[1] = make_head(8, 96, 6);
  }

  static Head make_head(int width, int inputs, int slots) {
    Head head;
    head.slots = slots;
    head.plan.pixels = width * width;
    head.plan.inputs = inputs;
    head.plan.numbers = slots * kDetectorNumbers;
    head.plan.outputs = padded(head.plan.numbers);
    return head;
  }

  int groups() const { return std::min(batch, kMaxGroups); }
  int group_begin(int group) const { return group * batch / groups(); }

  /// body(group, first image, end of images, work memory of the thread)
  template <class Body>
  void for_each_group(Body body) {
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<int>(0, groups(), 1),
          [&](const tbb::blocked_range<int>& range) {
            for (int group = range.begin(); group < range.end(); group++) {
              float* memory = scratch.local().at_least(kernels::kWorkFloats);
              body(group, group_begin(group), group_begin(group + 1), memory);
            }
          },
          tbb::simple_partitioner());
    });
  }

  /// Adds up what the groups left at `stride` apart, in their order.
  template <class Number>
  void add_groups(Number* parts, std::size_t stride) const {
    for (int group = 1; group < groups(); group++) {
      const Number* part = parts + static_cast<std::size_t>(group) * stride;
      for (std::size_t i = 0; i < stride; i++) parts[i] += part[i];
    }
  }

  double* zero_sums(std::size_t count) {
    sums.assign(count * static_cast<std::size_t>(groups()), 0.0);
    return sums.data();
  }

  tbb::task_arena arena;
  const kernels::TrainingKernels& chosen;
  std::array<Layer, kLayerCount> layers;
  std::array<Head, 2> heads;
  tbb::enumerable_thread_specific<Memory> scratch;
  std::vector<double> sums;
  Memory gradients;
  torch::Tensor pixels;  // of the last pass; its way back reads them
  int batch = 0;

  torch::Tensor convolve_forward(int index,
                                 const torch::Tensor& x,
                                 const torch::Tensor& depthwise,
                                 const torch::Tensor& pointwise,
                                 const torch::Tensor& gamma,
                                 const torch::Tensor& beta,
                                 const torch::Tensor& statistics);
  variable_list convolve_backward(int index,
                                  const torch::Tensor& output_gradient,
                                  const torch::Tensor& gamma);
  torch::Tensor head_forward(int index,
                             const torch::Tensor& x,
                             const torch::Tensor& scores,
                             const torch::Tensor& scores_bias,
                             const torch::Tensor& boxes,
                             const torch::Tensor& boxes_bias);
  variable_list head_backward(int index, const torch::Tensor& output_gradient);

 private:
  void pack(Layer& layer, const torch::Tensor& depthwise, const torch::Tensor& pointwise);
  void update_statistics(int index, const torch::Tensor& statistics, const double* all_sums);
};

void FusedNetwork::Work::pack(Layer& layer,
                              const torch::Tensor& depthwise,
                              const torch::Tensor& pointwise) {
  kernels::BlazeConvolution& plan = layer.plan;
  const auto inputs = static_cast<std::size_t>(plan.inputs);
  const auto outputs = static_cast<std::size_t>(plan.outputs);
  if (depthwise.numel() > 0) {  // empty for the stem
    float* packed = layer.depthwise.zeros(9 * inputs);
    transpose(data_of(depthwise), layer.true_inputs, 9, packed, plan.inputs);
    plan.depthwise = packed;
  }
  float* packed = layer.pointwise.zeros(inputs * outputs);
  transpose(data_of(pointwise), layer.true_outputs, layer.true_inputs, packed, plan.outputs);
  plan.pointwise = packed;
  float* transposed = layer.transposed.at_least(inputs * outputs);
  transpose(packed, plan.inputs, plan.outputs, transposed, plan.inputs);
  plan.pointwise_transposed = transposed;
}

void FusedNetwork::Work::update_statistics(int index,
                                           const torch::Tensor& statistics,
                                           const double* all_sums) {
  Layer& layer = layers[static_cast<std::size_t>(index)];
  const double count = static_cast<double>(batch) * layer.plan.width * layer.plan.width;
  float* means = statistics.data_ptr<float>() + layout_of(index).mean.offset;
  float* variances = statistics.data_ptr<float>() + layout_of(index).variance.offset;
  const auto follow = [](float& value, double now) {
    value += static_cast<float>(kNormalizationMomentum * (now - static_cast<double>(value)));
  };
  for (int c = 0; c < layer.true_outputs; c++) {
    const auto i = static_cast<std::size_t>(c);
    const double mean = all_sums[c] / count;
    const double squares = all_sums[layer.plan.outputs + c] / count;
    const double variance = std::max(squares - mean * mean, 0.0);
    layer.mean[i] = mean;
    layer.inverse_deviation[i] = 1.0 / std::sqrt(variance + kNormalizationEpsilon);
    follow(means[c], mean);
    follow(variances[c], variance * count / std::max(count - 1.0, 1.0));
  }
}

torch::Tensor FusedNetwork::Work::convolve_forward(int index,
                                                   const torch::Tensor& x,
                                                   const torch::Tensor& depthwise,
                                                   const torch::Tensor& pointwise,
                                                   const torch::Tensor& gamma,
                                                   const torch::Tensor& beta,
                                                   const torch::Tensor& statistics) {
  Layer& layer = layers[static_cast<std::size_t>(index)];
  pack(layer, depthwise, pointwise);
  layer.plan.input = data_of(x);
  const int width = layer.plan.width, outputs = layer.plan.outputs;
  const auto numbers =
      static_cast<std::size_t>(batch) * static_cast<std::size_t>(width * width * outputs);
  float* convolved = layer.convolved.at_least(numbers);
  float* output = layer.output.at_least(numbers);
  const auto stride = 2 * static_cast<std::size_t>(outputs);
  double* parts = zero_sums(stride);
  for_each_group([&](int group, int begin, int end, float* memory) {
    double* part = parts + static_cast<std::size_t>(group) * stride;
    chosen.convolve(layer.plan, begin, end, convolved, part, memory);
  });
  add_groups(parts, stride);
  update_statistics(index, statistics, parts);

  std::array<float, kernels::kMaxChannels> factor{}, offset{};
  for (int c = 0; c < layer.true_outputs; c++) {
    const auto i = static_cast<std::size_t>(c);
    const double scale = static_cast<double>(data_of(gamma)[c]) * layer.inverse_deviation[i];
    factor[i] = static_cast<float>(scale);
    offset[i] = static_cast<float>(static_cast<double>(data_of(beta)[c]) - scale * layer.mean[i]);
  }
  const kernels::BlazeNormalization normalization{convolved, factor.data(), offset.data()};
  for_each_group([&](int, int begin, int end, float*) {
    chosen.normalize(layer.plan, normalization, begin, end, output);
  });
  return view(output, {batch, width, width, outputs});
}

variable_list FusedNetwork::Work::convolve_backward(int index,
                                                    const torch::Tensor& output_gradient,
                                                    const torch::Tensor& gamma) {
  Layer& layer = layers[static_cast<std::size_t>(index)];
  const bool is_stem = index == 0;
  const int inputs = layer.plan.inputs, outputs = layer.plan.outputs;
  const torch::Tensor dense = output_gradient.contiguous();
  kernels::BlazeBackward backward;
  backward.convolved = layer.convolved.buffer.data();
  backward.output = layer.output.buffer.data();
  backward.output_gradient = data_of(dense);

  const auto stride = 2 * static_cast<std::size_t>(outputs);
  double* parts = zero_sums(stride);
  for_each_group([&](int group, int begin, int end, float*) {
    chosen.sum_gradients(
        layer.plan, backward, begin, end, parts + static_cast<std::size_t>(group) * stride);
  });
  add_groups(parts, stride);

  // Ioffe & Szegedy 2015: d convolved = factor * (g - mean(g) - normalized * mean(g normalized)).
  std::array<float, kernels::kMaxChannels> on_gradient{}, on_convolved{}, constant{};
  const torch::Tensor gamma_gradient = torch::empty({layer.true_outputs});
  const torch::Tensor beta_gradient = torch::empty({layer.true_outputs});
  const double count = static_cast<double>(batch) * layer.plan.width * layer.plan.width;
  for (int c = 0; c < layer.true_outputs; c++) {
    const auto i = static_cast<std::size_t>(c);
    const double inverse = layer.inverse_deviation[i];
    const double sum = parts[c];
    const double normalized_sum = inverse * (parts[outputs + c] - layer.mean[i] * sum);
    const double factor = static_cast<double>(data_of(gamma)[c]) * inverse;
    on_gradient[i] = static_cast<float>(factor);
    on_convolved[i] = static_cast<float>(-factor * inverse * normalized_sum / count);
    constant[i] =
        static_cast<float>(factor * (layer.mean[i] * inverse * normalized_sum - sum) / count);
    gamma_gradient.data_ptr<float>()[c] = static_cast<float>(normalized_sum);
    beta_gradient.data_ptr<float>()[c] = static_cast<float>(sum);
  }
  backward.on_gradient = on_gradient.data();
  backward.on_convolved = on_convolved.data();
  backward.constant = constant.data();

  const int side = layer.plan.width * layer.plan.stride;
  if (!is_stem) {
    backward.input_gradient = layer.input_gradient.at_least(
        static_cast<std::size_t>(batch) * static_cast<std::size_t>(side * side * inputs));
  }
  const auto pointwise_count = static_cast<std::size_t>(inputs * outputs);
  const std::size_t weight_stride = pointwise_count + 9 * static_cast<std::size_t>(inputs);
  float* weight_parts = gradients.zeros(weight_stride * static_cast<std::size_t>(groups()));
  for_each_group([&](int group, int begin, int end, float* memory) {
    kernels::BlazeBackward mine = backward;
    mine.pointwise_gradient = weight_parts + static_cast<std::size_t>(group) * weight_stride;
    mine.depthwise_gradient = mine.pointwise_gradient + pointwise_count;
    chosen.propagate_back(layer.plan, mine, begin, end, memory);
  });
  add_groups(weight_parts, weight_stride);

  const torch::Tensor pointwise_gradient = view(weight_parts, {inputs, outputs})
                                               .narrow(0, 0, layer.true_inputs)
                                               .narrow(1, 0, layer.true_outputs)
                                               .t()
                                               .contiguous();
  if (is_stem) {
    return {{}, {}, pointwise_gradient.view({outputs, 1, 5, 5}), gamma_gradient, beta_gradient};
  }
  const torch::Tensor depthwise_gradient = view(weight_parts + pointwise_count, {9, inputs})
                                               .narrow(1, 0, layer.true_inputs)
                                               .t()
                                               .contiguous()
                                               .view({layer.true_inputs, 1, 3, 3});
  return {view(backward.input_gradient, {batch, side, side, inputs}),
          depthwise_gradient,
          pointwise_gradient.view({layer.true_outputs, layer.true_inputs, 1, 1}),
          gamma_gradient,
          beta_gradient};
}

torch::Tensor FusedNetwork::Work::head_forward(int index,
                                               const torch::Tensor& x,
                                               const torch::Tensor& scores,
                                               const torch::Tensor& scores_bias,
                                               const torch::Tensor& boxes,
                                               const torch::Tensor& boxes_bias) {
  Head& head = heads[static_cast<std::size_t>(index)];
  kernels::BlazeLinear& plan = head.plan;
  const auto count = static_cast<std::size_t>(plan.inputs * plan.outputs);
  float* weights = head.weights.zeros(count);
  float* bias = head.bias.zeros(static_cast<std::size_t>(plan.outputs));
  const auto set = [&](int number, const float* row, float bias_of_row, float unit) {
    bias[number] = unit * bias_of_row;
    for (int k = 0; k < plan.inputs; k++) weights[k * plan.outputs + number] = unit * row[k];
  };
  for (int slot = 0; slot < head.slots; slot++) {
    const int first = slot * kDetectorNumbers;
    for (int j = 0; j < 16; j++) {
      const int row = 16 * slot + j;
      set(first + j, data_of(boxes) + row * plan.inputs, data_of(boxes_bias)[row], kBoxUnit_px);
    }
    set(first + 16, data_of(scores) + slot * plan.inputs, data_of(scores_bias)[slot], 1.0f);
  }
  float* transposed = head.transposed.at_least(count);
  transpose(weights, plan.inputs, plan.outputs, transposed, plan.inputs);
  plan.input = data_of(x);
  plan.weights = weights;
  plan.weights_transposed = transposed;
  plan.bias = bias;
  float* output = head.output.at_least(static_cast<std::size_t>(batch) *
                                       static_cast<std::size_t>(plan.pixels * plan.numbers));
  for_each_group([&](int, int begin, int end, float* memory) {
    chosen.linear(plan, begin, end, output, memory);
  });
  return view(output, {batch, plan.pixels * head.slots, kDetectorNumbers});
}

variable_list FusedNetwork::Work::head_backward(int index, const torch::Tensor& output_gradient) {
  Head& head = heads[static_cast<std::size_t>(index)];
  const kernels::BlazeLinear& plan = head.plan;
  const torch::Tensor dense = output_gradient.contiguous();
  float* input_gradient = head.input_gradient.at_least(
      static_cast<std::size_t>(batch) * static_cast<std::size_t>(plan.pixels * plan.inputs));
  const auto count = static_cast<std::size_t>(plan.inputs * plan.outputs);
  const std::size_t stride = count + static_cast<std::size_t>(plan.outputs);
  float* parts = gradients.zeros(stride * static_cast<std::size_t>(groups()));
  for_each_group([&](int group, int begin, int end, float* memory) {
    float* weights_gradient = parts + static_cast<std::size_t>(group) * stride;
    chosen.linear_back(plan,
                       data_of(dense),
                       begin,
                       end,
                       input_gradient,
                       weights_gradient,
                       weights_gradient + count,
                       memory);
  });
  add_groups(parts, stride);

  const torch::Tensor weights = view(parts, {plan.inputs, plan.outputs})
                                    .narrow(1, 0, plan.numbers)
                                    .t()
                                    .reshape({head.slots, kDetectorNumbers, plan.inputs});
  const torch::Tensor bias =
      view(parts + count, {plan.numbers}).view({head.slots, kDetectorNumbers});
  const int width = plan.pixels == 256 ? 16 : 8;
  return {view(input_gradient, {batch, width, width, plan.inputs}),
          weights.narrow(1, 16, 1).reshape({head.slots, plan.inputs, 1, 1}),
          bias.narrow(1, 16, 1).reshape({head.slots}),
          (weights.narrow(1, 0, 16) * kBoxUnit_px).reshape({16 * head.slots, plan.inputs, 1, 1}),
          (bias.narrow(1, 0, 16) * kBoxUnit_px).reshape({16 * head.slots})};
}

namespace {

/// Stem (layer 0) or block as one node of autograd.
template <class Work>
struct ConvolutionNode : torch::autograd::Function<ConvolutionNode<Work>> {
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& depthwise,
                               const torch::Tensor& pointwise,
                               const torch::Tensor& gamma,
                               const torch::Tensor& beta,
                               const torch::Tensor& statistics,
                               std::int64_t layer,
                               Work* work) {
    context->saved_data["layer"] = layer;
    context->saved_data["work"] = reinterpret_cast<std::int64_t>(work);
    context->save_for_backward({gamma});
    return work->convolve_forward(
        static_cast<int>(layer), x, depthwise, pointwise, gamma, beta, statistics);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto* work = reinterpret_cast<Work*>(context->saved_data["work"].toInt());
    variable_list inputs =
        work->convolve_backward(static_cast<int>(context->saved_data["layer"].toInt()),
                                gradients[0],
                                context->get_saved_variables()[0]);
    inputs.resize(8);
    return inputs;
  }
};

template <class Work>
struct HeadNode : torch::autograd::Function<HeadNode<Work>> {
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& scores,
                               const torch::Tensor& scores_bias,
                               const torch::Tensor& boxes,
                               const torch::Tensor& boxes_bias,
                               std::int64_t head,
                               Work* work) {
    context->saved_data["head"] = head;
    context->saved_data["work"] = reinterpret_cast<std::int64_t>(work);
    return work->head_forward(static_cast<int>(head), x, scores, scores_bias, boxes, boxes_bias);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto* work = reinterpret_cast<Work*>(context->saved_data["work"].toInt());
    variable_list inputs =
        work->head_backward(static_cast<int>(context->saved_data["head"].toInt()), gradients[0]);
    inputs.resize(7);
    return inputs;
  }
};

}  // namespace

FusedNetwork::FusedNetwork(int threads)
    : FusedNetwork(threads, kernels::training_kernels().pick(compute::cpu_features())) {}
FusedNetwork::FusedNetwork(int threads, const kernels::TrainingKernels& kernels)
    : work_(std::make_unique<Work>(threads, kernels)) {}
FusedNetwork::~FusedNetwork() = default;

torch::Tensor FusedNetwork::train(const torch::Tensor& pixels,
                                  const std::vector<torch::Tensor>& tensors,
                                  const torch::Tensor& statistics) {
  Work* work = work_.get();
  work->batch = static_cast<int>(pixels.size(0));
  auto next = tensors.begin();
  const auto convolve = [&](std::int64_t layer, const torch::Tensor& x) {
    const torch::Tensor depthwise = layer == 0 ? torch::empty({0}) : *next++;
    const torch::Tensor& pointwise = *next++;
    const torch::Tensor& gamma = *next++;
    const torch::Tensor& beta = *next++;
    return ConvolutionNode<Work>::apply(
        x, depthwise, pointwise, gamma, beta, statistics, layer, work);
  };
  const auto head = [&](std::int64_t index, const torch::Tensor& x) {
    const auto first = next;
    next += 4;
    return HeadNode<Work>::apply(x, first[0], first[1], first[2], first[3], index, work);
  };
  work->pixels = pixels.contiguous();
  torch::Tensor map = convolve(0, work->pixels);
  torch::Tensor map_16;
  for (std::int64_t layer = 1; layer < kLayerCount; layer++) {
    const auto& plan = work->layers[static_cast<std::size_t>(layer)].plan;
    if (plan.stride == 2) map_16 = map;  // the last one before 8x8 is what remains
    map = convolve(layer, map);
  }
  const torch::Tensor numbers_16 = head(0, map_16);
  return torch::cat({numbers_16, head(1, map)}, 1);
}

}  // namespace eyelid::training
