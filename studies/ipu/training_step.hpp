// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "studies/ipu/planner.hpp"

namespace eyelid::ipu {

/// One layer, forward, backward and weight update, as poplibs' tool single_conv_layer runs it:
/// bias added, weights turned for the backward pass, weights and bias updated.
struct TrainingStep {
  Plan forward, backward, weight_update;
  std::vector<Phase> phases;  // of the whole step, in order
  double cycles = 0.0;
};
TrainingStep plan_training_step(const Chip& chip,
                                const ConvolutionLayer& layer,
                                Precision precision);

/// One row of a validation file: a layer and what Poplar's IPUModel said of it.
struct ReferenceLayer {
  ConvolutionLayer layer;
  double mk1_cycles = 0.0;
  double mk2_cycles = 0.0;
};

/// Reads columns layer, batch, field_height, field_width, kernel, stride, padding_both_sides,
/// padding_lower_side, groups, input_channels_per_group, output_channels_per_group, mk1_cycles,
/// mk2_cycles; others are ignored. `kernel` and `stride` may be HEIGHTxWIDTH. An empty cell of
/// padding is 0, an empty reference means there is none. Throws InputError.
std::vector<ReferenceLayer> read_reference_layers(const std::filesystem::path& path);

}  // namespace eyelid::ipu
