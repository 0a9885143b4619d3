// SPDX-License-Identifier: MIT
#include "training/detector/detector_network.hpp"

#include <torch/utils.h>

#include "eyelid/core/error.hpp"
#include "training/detector/fused_network.hpp"
#include "training/detector/training_sample.hpp"

namespace eyelid::training {
namespace {

torch::Tensor flat_tensor(const std::vector<float>& numbers, torch::Device device) {
  const auto count = static_cast<std::int64_t>(numbers.size());
  return torch::from_blob(const_cast<float*>(numbers.data()), {count}).clone().to(device);
}

torch::Tensor part(const torch::Tensor& flat, const TensorSlice& slice) {
  return flat
      .narrow(0, static_cast<std::int64_t>(slice.offset), static_cast<std::int64_t>(slice.count))
      .view(slice.shape);
}

/// Walks the tensors in the order of NetworkLayout::parameters().
class TorchPass {
 public:
  TorchPass(const std::vector<torch::Tensor>& tensors, const torch::Tensor& statistics, bool train)
      : next_(tensors.begin()), statistics_(statistics), is_training_(train) {}

  torch::Tensor stem(const torch::Tensor& pixels) {
    // Padding as in TensorFlow ("SAME"): 1 left and above, 2 right and below.
    const auto padded = torch::constant_pad_nd(pixels, {1, 2, 1, 2});
    const auto convolved = torch::conv2d(padded, *next_++, {}, 2);
    return torch::relu(normalize(convolved, network_layout().stem));
  }

  torch::Tensor block(const torch::Tensor& x, int stride, const NetworkLayout::Normalized& layer) {
    const auto padded = torch::constant_pad_nd(x,
                                               stride == 1 ? std::vector<std::int64_t>{1, 1, 1, 1}
                                                           : std::vector<std::int64_t>{0, 1, 0, 1});
    const torch::Tensor none;
    const std::int64_t no_padding = 0;
    const auto depthwise = torch::conv2d(padded, *next_++, none, stride, no_padding, 1, x.size(1));
    const auto convolved = torch::conv2d(depthwise, *next_++);
    const auto normalized = normalize(convolved, layer);
    auto shortcut = stride == 1 ? x : torch::max_pool2d(x, 2, 2);
    const std::int64_t added = normalized.size(1) - x.size(1);
    if (added > 0) shortcut = torch::constant_pad_nd(shortcut, {0, 0, 0, 0, 0, added});
    return torch::relu(normalized + shortcut);
  }

  /// (batch, anchors, 17)
  torch::Tensor head(const torch::Tensor& x) {
    const auto numbers = [&](int per_anchor) {
      const auto& weight = *next_++;
      const auto& bias = *next_++;
      return torch::conv2d(x, weight, bias)
          .permute({0, 2, 3, 1})
          .reshape({x.size(0), -1, per_anchor});
    };
    const auto scores = numbers(1);
    const auto boxes = numbers(16);
    return torch::cat({boxes * kBoxUnit_px, scores}, 2);
  }

 private:
  torch::Tensor normalize(const torch::Tensor& x, const NetworkLayout::Normalized& layer) {
    const auto& gamma = *next_++;
    const auto& beta = *next_++;
    return torch::batch_norm(x,
                             gamma,
                             beta,
                             part(statistics_, layer.mean),
                             part(statistics_, layer.variance),
                             is_training_,
                             kNormalizationMomentum,
                             kNormalizationEpsilon,
                             true);
  }

  std::vector<torch::Tensor>::const_iterator next_;
  const torch::Tensor& statistics_;
  bool is_training_;
};

}  // namespace

torch::Tensor torch_network(const torch::Tensor& pixels,
                            const std::vector<torch::Tensor>& tensors,
                            const torch::Tensor& statistics,
                            bool is_training) {
  const NetworkLayout& layout = network_layout();
  TorchPass pass(tensors, statistics, is_training);
  torch::Tensor map = pass.stem(pixels);
  torch::Tensor map_16;
  for (std::size_t i = 0; i < layout.blocks.size(); i++) {
    const int stride = networks::kBlazeFaceBlocks[i].stride;
    if (stride == 2) map_16 = map;  // the last one before 8x8 is what remains
    map = pass.block(map, stride, layout.blocks[i].pointwise);
  }
  const torch::Tensor numbers_16 = pass.head(map_16);
  return torch::cat({numbers_16, pass.head(map)}, 1);
}

DetectorNetwork::DetectorNetwork(std::uint64_t seed,
                                 NetworkKernels kernels,
                                 torch::Device device,
                                 int threads)
    : device_(device) {
  EYELID_EXPECTS(threads >= 1);
  EYELID_EXPECTS(kernels == NetworkKernels::Torch || device.is_cpu());
  parameters_ = flat_tensor(initial_parameters(seed), device);
  gradients_ = torch::zeros_like(parameters_);
  statistics_ = flat_tensor(initial_statistics(), device);
  for (const TensorSlice& slice : network_layout().parameters()) {
    tensors_.push_back(part(parameters_, slice).detach().requires_grad_());
    // autograd adds to a gradient that is there, in place: all land in the flat tensor.
    tensors_.back().mutable_grad() = part(gradients_, slice);
  }
  if (kernels == NetworkKernels::Eyelid) fused_ = std::make_unique<FusedNetwork>(threads);
}

DetectorNetwork::~DetectorNetwork() = default;
DetectorNetwork::DetectorNetwork(DetectorNetwork&&) noexcept = default;

torch::Tensor DetectorNetwork::train(const torch::Tensor& pixels) {
  EYELID_EXPECTS(pixels.dim() == 4 && pixels.size(1) == 1 && pixels.size(2) == kDetectorSide &&
                 pixels.size(3) == kDetectorSide);
  if (fused_) return fused_->train(pixels, tensors_, statistics_);
  return torch_network(pixels, tensors_, statistics_, true);
}

torch::Tensor DetectorNetwork::evaluate(const torch::Tensor& pixels) const {
  const torch::NoGradGuard no_graph;
  return torch_network(pixels, tensors_, statistics_, false);
}

std::vector<float> numbers_of(const torch::Tensor& tensor) {
  const torch::Tensor here = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
  const float* begin = here.data_ptr<float>();
  return {begin, begin + here.numel()};
}

}  // namespace eyelid::training
