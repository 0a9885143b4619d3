// SPDX-License-Identifier: MIT
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "training/detector/detector_network.hpp"
#include "training/detector/optimizer_options.hpp"

namespace eyelid::training {

/// Learning rate of a step: rises over the warm-up, stays, falls along a cosine at the end.
double learning_rate(const OptimizerOptions& options, std::int64_t step, std::int64_t step_count);

/// AdamW (Loshchilov & Hutter 2019) and an exponential moving average of weights and statistics.
///
/// All state is flat tensors and the number of steps done: a checkpoint holds nothing else.
class Optimizer {
 public:
  Optimizer(DetectorNetwork& network, const OptimizerOptions& options);

  /// Takes a step along network.gradients() and sets them to 0. Returns the gradient's norm.
  double step(std::int64_t step_count);

  std::int64_t steps_done() const { return steps_done_; }
  void set_steps_done(std::int64_t steps) { steps_done_ = steps; }
  torch::Tensor& first_moment() { return first_moment_; }
  torch::Tensor& second_moment() { return second_moment_; }
  torch::Tensor& average_parameters() { return average_parameters_; }
  torch::Tensor& average_statistics() { return average_statistics_; }

 private:
  DetectorNetwork& network_;
  OptimizerOptions options_;
  torch::Tensor first_moment_, second_moment_, average_parameters_, average_statistics_;
  std::int64_t steps_done_ = 0;
};

}  // namespace eyelid::training
