// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "studies/ipu/device_program.hpp"

namespace eyelid::ipu {

/// The results of a run of a program, and what it counted.
struct Execution {
  std::vector<std::vector<float>> tensors;  // by tensor: (image, channel, row, column)
  double tile_runs = 0.0;                   // vertices run, one per tile and part
  double exchanged_bytes = 0.0;             // that tiles fetched into their memory for convolutions
};

/// Runs the program for real: every tile of every convolution fetches its share of input and
/// kernel into a memory of its own, multiplies what its plan gives it, and the partial sums are
/// added in the plan's stages.
///
/// `input`: (image, channel, row, column), as many images as there are in it; the program's batch
/// cuts the work, so there must be `options.batch` of them. Sums are single precision; in half
/// precision every tensor and kernel is rounded to IEEE half.
Execution execute(const DeviceProgram& program,
                  const Network& network,
                  std::span<const float> input);

/// Results of one image in the order of networks::BlazeFaceNetwork: 896 logits, 896 x 16 numbers.
struct BlazeFaceResult {
  std::vector<float> logits;
  std::vector<float> box_numbers;
};
BlazeFaceResult blazeface_result(const Network& network, const Execution& execution, int image);

/// The nearest IEEE half-precision number, ties to even; beyond the range infinity.
float rounded_to_half(float value);

}  // namespace eyelid::ipu
