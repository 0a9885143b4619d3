// SPDX-License-Identifier: MIT
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "eyelid/networks/blazeface_weights.hpp"
#include "training/detector/network_kernels.hpp"
#include "training/detector/network_layout.hpp"

namespace eyelid::training {

class FusedNetwork;

/// BlazeFace front in training: parameters, gradients and normalization statistics as flat tensors,
/// and the pass from pixels to numbers.
///
/// With NetworkKernels::Eyelid the results are the same bits for any number of threads.
/// Threads: one at a time.
class DetectorNetwork {
 public:
  /// `threads` is for NetworkKernels::Eyelid; libtorch has its own setting.
  DetectorNetwork(std::uint64_t seed, NetworkKernels kernels, torch::Device device, int threads);
  ~DetectorNetwork();
  DetectorNetwork(DetectorNetwork&&) noexcept;

  /// pixels (batch, 1, 128, 128), -1 .. 1 -> (batch, 896, 17): 16 numbers in input pixels relative
  /// to the anchor, then the logit. Normalizes by the batch and updates the statistics. The result
  /// and its graph are valid until the next call.
  torch::Tensor train(const torch::Tensor& pixels);
  /// Normalizes by the statistics; always libtorch's operations, without a graph.
  torch::Tensor evaluate(const torch::Tensor& pixels) const;

  /// Flat, in the order of network_layout(); the network reads them at every pass.
  torch::Tensor& parameters() { return parameters_; }
  torch::Tensor& gradients() { return gradients_; }
  torch::Tensor& statistics() { return statistics_; }

  const torch::Device& device() const { return device_; }

 private:
  torch::Device device_;
  torch::Tensor parameters_, gradients_, statistics_;
  std::vector<torch::Tensor> tensors_;  // leaves that share the memory of parameters_
  std::unique_ptr<FusedNetwork> fused_;
};

/// The network in libtorch's operations. `tensors` as NetworkLayout::parameters(); `statistics`
/// flat, updated when `is_training`.
torch::Tensor torch_network(const torch::Tensor& pixels,
                            const std::vector<torch::Tensor>& tensors,
                            const torch::Tensor& statistics,
                            bool is_training);

/// Numbers of a flat CPU or GPU tensor.
std::vector<float> numbers_of(const torch::Tensor& tensor);

}  // namespace eyelid::training
