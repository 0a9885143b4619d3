// SPDX-License-Identifier: MIT
#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

namespace eyelid::training {

namespace kernels {
struct TrainingKernels;
}

/// The network of torch_network() in training, computed by our kernels on the CPU: one autograd
/// node for the stem, one for each block, one for each head.
///
/// Feature maps lie as [image][row][column][channel], channels padded by zeros to multiples of 8,
/// in memory that is kept from step to step (fresh memory would cost a fifth of the time).
class FusedNetwork {
 public:
  /// The fastest kernels for this processor.
  explicit FusedNetwork(int threads);
  /// The given ones, which this processor must support.
  FusedNetwork(int threads, const kernels::TrainingKernels& kernels);
  ~FusedNetwork();

  /// As torch_network(); the result and its graph are valid until the next call.
  torch::Tensor train(const torch::Tensor& pixels,
                      const std::vector<torch::Tensor>& tensors,
                      const torch::Tensor& statistics);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace eyelid::training
