// SPDX-License-Identifier: MIT
#pragma once

#include <tbb/task_arena.h>

#include "training/detector/detector_loss.hpp"
#include "training/detector/detector_network.hpp"
#include "training/detector/sample_loader.hpp"

namespace eyelid::training {

/// From a batch to the gradients of the network: forward, loss, backward.
class TrainingStep {
 public:
  /// `network` must outlive this.
  TrainingStep(DetectorNetwork& network, const LossOptions& options, int batch_size, int threads);

  /// Adds to network.gradients(). The batch must have `batch_size` samples.
  LossParts run(const SampleBatch& batch);

 private:
  LossParts loss(const SampleBatch& batch, const torch::Tensor& outputs);

  DetectorNetwork& network_;
  LossOptions options_;
  tbb::task_arena arena_;
  torch::Tensor pixels_, gradient_;
};

/// Sums of libtorch depend on its number of threads; with our kernels it is given one, so that the
/// result depends on nothing.
void use_threads_of_torch(NetworkKernels kernels, int threads);

}  // namespace eyelid::training
