// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eyelid::training {

struct OptimizerOptions {
  double learning_rate = 2.5e-3;
  double weight_decay = 1e-3;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  double gradient_clip = 5.0;    // largest norm of the gradient
  double average_decay = 0.997;  // of the weights that are kept in the end
  std::int64_t warm_up_steps = 100;
  double cosine_share = 0.55;  // of all steps, at the end
};

}  // namespace eyelid::training
