// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "studies/ipu/chip.hpp"
#include "studies/ipu/convolution.hpp"

namespace eyelid::ipu {

// Cycles of the programs ("vertices") that one tile runs, all six of its workers together.
//
// Source of every number: the cycle estimates with which poplibs (Graphcore, MIT license) plans,
// lib/poplin, lib/popops and lib/popnn, PerformanceEstimation, state of early 2021. A worker issues
// every sixth cycle, so work costs six times the slowest worker; the supervisor's loops add to it.

/// How a tile multiplies.
enum class Method {
  Amp,          // matrix unit, weights stationary; kernels of one tap when it can, else row by row
  Slic,         // matrix unit along rows of four taps, grouped convolutions in half precision
  VerticalMac,  // vector unit over channel groups, half precision
  HorizontalMac,  // vector unit over input channels: what is left when nothing else fits
  OuterProduct    // one input channel, no reduction
};
const char* name_of(Method method);

/// One kind of vertex with the channel grouping it works on.
struct Vertex {
  Method method = Method::Amp;
  int groups_per_group = 1;  // convolution groups handled together
  int inputs_per_group = 1;
  int outputs_per_group = 1;
  int conv_units = 0;  // accumulators used (Amp, Slic)

  /// Upper bound of multiply-adds per cycle, for pruning.
  double peak_multiply_adds(const Chip& chip, Precision precision) const;
};

/// The kinds of vertex that exist for this convolution; partial sums are single precision.
std::vector<Vertex> vertices_for(const Chip& chip,
                                 Precision precision,
                                 const Convolution& convolution);

/// The share of a convolution that one tile computes; channels and groups are padded to the
/// vertex's grouping.
struct TileWork {
  int batch = 1;
  int groups = 1;
  int inputs = 1;
  int outputs = 1;
  Pair field = {1, 1};  // of the output
  Pair kernel = {1, 1};

  double output_elements() const { return 1.0 * batch * groups * outputs * field[0] * field[1]; }
};

/// Cycles of the tile's vertex, zeroing of the sums included; nothing when this vertex cannot do
/// this work.
std::optional<double> vertex_cycles(const Chip& chip,
                                    Precision precision,
                                    const Vertex& vertex,
                                    const Convolution& convolution,
                                    const TileWork& work);

/// How many partial sums each stage of a reduction of this depth adds: one stage below 16, two
/// below 125, else three. The product is at least `depth`.
std::vector<int> reduction_stages(int depth);

/// Adds `depth` partial sums (single precision) for each of `outputs` results on one tile.
double reduce_cycles(const Chip& chip, double outputs, int depth, Precision result);
/// Converts on one tile; 0 when source and target are the same.
double cast_cycles(const Chip& chip, double elements, Precision from, Precision to);
/// One operation on whole vectors: ReLU (operands 1) or sum of two tensors (operands 2).
double elementwise_cycles(const Chip& chip, double elements, int operands, Precision precision);
/// Maximum over `taps` positions for each of `outputs` results, in `rows` runs.
double max_pool_cycles(const Chip& chip, double outputs, int taps, int rows, Precision precision);

}  // namespace eyelid::ipu
