// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "training/detector/network_kernels.hpp"

namespace eyelid::training {

struct TrainingSpeed {
  int batch_size = 0;
  int steps = 0;         // timed
  double best_ms = 0.0;  // of a step: the fastest
  double median_ms = 0.0;
  double cpu_ms = 0.0;  // mean processor time of a step, all threads together
  double images_per_s() const { return 1000.0 * batch_size / median_ms; }
  double best_images_per_s() const { return 1000.0 * batch_size / best_ms; }
};

/// Times whole steps (forward, loss, backward, optimizer) on ready pictures of noise with a face
/// each: the network alone, no loading. At least `seconds` and 3 steps, after 2 to warm up; a step
/// on a GPU ends when its numbers are there.
TrainingSpeed measure_training_speed(
    NetworkKernels kernels, const std::string& device, int batch_size, int threads, double seconds);

}  // namespace eyelid::training
