// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "studies/ipu/planner.hpp"

namespace eyelid::ipu {

/// What one candidate of the planner's search costs, in cycles and bytes of the busiest tile.
struct PlanCost {
  double input_copy = 0.0, input_copy_exchange = 0.0;    // rearranging the input
  double weight_copy = 0.0, weight_copy_exchange = 0.0;  // ... the weights
  double output_copy = 0.0, output_copy_exchange = 0.0;  // ... the result
  double input_exchange = 0.0, weight_exchange = 0.0;    // to the tiles that need them
  double padding_exchange = 0.0;                         // zeros where the vertex wants them
  double compute = 0.0;
  double reduce_exchange = 0.0, reduce = 0.0;
  double cast = 0.0;
  int supersteps = 0;
  double temporary_bytes = 0.0;

  double cycles(const Chip& chip, int serial) const;
};

/// What does not change while cuts are searched.
struct PlanCostModel {
  const Chip& chip;
  const PlanRequest& request;
  View view;
  Vertex vertex;
  Convolution seen;

  PlanCostModel(const Chip& chip,
                const PlanRequest& request,
                const View& view,
                const Vertex& vertex,
                const Convolution& seen);

  /// The largest tile's share. Channels and groups padded to whole groups of the vertex.
  TileWork tile_work(const Split& split) const;
  /// No plan is quicker than its multiply-adds.
  double min_cycles(const TileWork& work) const;
  /// Nothing when the vertex cannot do the tile's work.
  std::optional<PlanCost> cost(const Split& split, const TileWork& work) const;
  std::vector<Phase> phases(const Split& split, const PlanCost& cost) const;

 private:
  void add_layout(const Split& split, PlanCost& cost) const;
  void add_exchange(const Split& split, const TileWork& work, PlanCost& cost) const;
  void add_reduction(const Split& split, const TileWork& work, PlanCost& cost) const;

  int outputs_0_, outputs_1_;
  double peak_;
  double all_inputs_, all_weights_, all_outputs_;  // elements, padded, of the whole convolution
  bool lay_out_input_, lay_out_weights_, lay_out_output_, regroup_output_, regroup_weights_;
};

}  // namespace eyelid::ipu
