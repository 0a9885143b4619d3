// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "studies/ipu/chip.hpp"
#include "studies/ipu/convolution.hpp"
#include "studies/ipu/phase.hpp"
#include "studies/ipu/vertex_cost.hpp"

namespace eyelid::ipu {

/// How a convolution is looked at before it is cut.
struct View {
  bool swap_operands = false;                   // the kernel takes the place of the input
  std::array<bool, 2> expand = {false, false};  // kernel positions become input channels
  int combine_groups = 1;  // so many groups become one with a block-diagonal kernel
  std::array<bool, 2> flat = {false, false};  // set by the planner: one with the batch
};

/// Into how many parts each dimension is cut; every combination of parts has a tile of its own,
/// except the serial parts, which follow one another.
struct Split {
  int groups = 1;
  int batch = 1;
  int inputs = 1;
  int outputs = 1;
  Pair field = {1, 1};
  Pair kernel = {1, 1};
  int serial_outputs = 1;

  int tiles() const {
    return groups * batch * inputs * outputs * field[0] * field[1] * kernel[0] * kernel[1];
  }
  int reduction_depth() const { return inputs * kernel[0] * kernel[1]; }
};

/// How a convolution runs on the chip.
struct Plan {
  View view;
  Vertex vertex;
  Split split;
  Convolution seen;  // the convolution after `view`, field flattened where that is possible
  TileWork tile;     // of the tile with the most work
  int tiles = 0;
  double temporary_bytes = 0.0;  // per tile, beside the tensors that live on
  bool fits_memory = true;       // temporary_bytes within the share the planner may use
  std::vector<Phase> phases;
  double cycles = 0.0;
};

/// What surrounds the convolution, and so what has to be rearranged.
struct PlanRequest {
  Convolution convolution;
  Pass pass = Pass::Forward;
  Precision precision = Precision::F16;
  bool is_training = false;         // the backward pass reads the weights too
  bool is_fully_connected = false;  // operands are created in the layout that the plan wants
  bool keep_operands = false;       // never view the kernel as the input
  int tiles = 0;                    // available; 0: all of the chip
};

/// Share of a tile's memory that temporary data of one convolution may take (poplibs' default
/// `availableMemoryProportion`).
inline constexpr double kAvailableMemoryProportion = 0.6;

/// Searches all cuts over batch, field, channels, groups and kernel, for every vertex and view, for
/// the least cycles within the memory; output channels one part after the other when nothing fits.
///
/// Cost model: poplibs' planner (lib/poplin/ConvModel.cpp), plus a sync per superstep, which it
/// leaves out. Takes 1 to 300 ms. Throws ContractError for a convolution without output.
Plan plan_convolution(const Chip& chip, const PlanRequest& request);

}  // namespace eyelid::ipu
