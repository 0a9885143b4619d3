// SPDX-License-Identifier: MIT
#include "training/detector/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace eyelid::training {

double learning_rate(const OptimizerOptions& options, std::int64_t step, std::int64_t step_count) {
  const auto now = static_cast<double>(step);
  const auto all = static_cast<double>(step_count);
  if (step < options.warm_up_steps) {
    return options.learning_rate * (now + 1.0) / static_cast<double>(options.warm_up_steps);
  }
  const double fall_begin = all * (1.0 - options.cosine_share);
  if (now <= fall_begin) return options.learning_rate;
  const double done = (now - fall_begin) / (all - fall_begin);
  return options.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

Optimizer::Optimizer(DetectorNetwork& network, const OptimizerOptions& options)
    : network_(network),
      options_(options),
      first_moment_(torch::zeros_like(network.parameters())),
      second_moment_(torch::zeros_like(network.parameters())),
      average_parameters_(network.parameters().clone()),
      average_statistics_(network.statistics().clone()) {}

double Optimizer::step(std::int64_t step_count) {
  const torch::NoGradGuard no_graph;
  torch::Tensor& parameters = network_.parameters();
  torch::Tensor& gradients = network_.gradients();
  const double norm = gradients.norm().item<double>();
  if (norm > options_.gradient_clip) gradients.mul_(options_.gradient_clip / norm);

  const double rate = learning_rate(options_, steps_done_, step_count);
  const auto count = static_cast<double>(steps_done_ + 1);
  const double correction_1 = 1.0 - std::pow(options_.beta_1, count);
  const double correction_2 = 1.0 - std::pow(options_.beta_2, count);
  first_moment_.mul_(options_.beta_1).add_(gradients, 1.0 - options_.beta_1);
  second_moment_.mul_(options_.beta_2).addcmul_(gradients, gradients, 1.0 - options_.beta_2);
  parameters.mul_(1.0 - rate * options_.weight_decay);
  const torch::Tensor spread =
      second_moment_.sqrt().div_(std::sqrt(correction_2)).add_(options_.epsilon);
  parameters.addcdiv_(first_moment_, spread, -rate / correction_1);

  // The first averages forget faster: they would mostly hold the random start.
  const double decay = std::min(options_.average_decay, count / (9.0 + count));
  average_parameters_.mul_(decay).add_(parameters, 1.0 - decay);
  average_statistics_.mul_(decay).add_(network_.statistics(), 1.0 - decay);
  gradients.zero_();
  steps_done_++;
  return norm;
}

}  // namespace eyelid::training
