// SPDX-License-Identifier: MIT
#include "studies/ipu/plan_cost.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::ipu {
namespace {

int round_up(int a, int b) { return ceil_div(a, b) * b; }

constexpr double kPartialBytes = 4.0;  // partial sums are single precision

/// Cycles per element of a copy that changes the order of elements; poplibs found the factors on
/// layers of ResNet-50.
double reorder_factor(Precision precision, int channels) {
  const int granularity = precision == Precision::F32 ? 2 : 4;
  return channels % granularity == 0 ? 5.0 / 4.0 : 5.0 / 3.0;
}

}  // namespace

double PlanCost::cycles(const Chip& chip, int serial) const {
  return serial *
         (input_copy + input_copy_exchange + weight_copy + weight_copy_exchange + output_copy +
          output_copy_exchange + input_exchange + weight_exchange + padding_exchange + compute +
          reduce_exchange + reduce + cast + supersteps * static_cast<double>(chip.sync_cycles));
}

PlanCostModel::PlanCostModel(const Chip& chip_,
                             const PlanRequest& request_,
                             const View& view_,
                             const Vertex& vertex_,
                             const Convolution& seen_)
    : chip(chip_), request(request_), view(view_), vertex(vertex_), seen(seen_) {
  outputs_0_ = seen.output_size(0);
  outputs_1_ = seen.output_size(1);
  peak_ = vertex.peak_multiply_adds(chip, request.precision);
  const double groups = round_up(seen.groups, vertex.groups_per_group);
  const double inputs = round_up(seen.inputs, vertex.inputs_per_group);
  const double outputs = round_up(seen.outputs, vertex.outputs_per_group);
  all_inputs_ = groups * inputs * seen.batch * seen.input_range(0, outputs_0_, seen.kernel[0]) *
                seen.input_range(1, outputs_1_, seen.kernel[1]);
  all_weights_ = groups * inputs * outputs * seen.kernel[0] * seen.kernel[1];
  all_outputs_ = groups * outputs * seen.batch * outputs_0_ * outputs_1_;

  const bool is_weight_update = request.pass == Pass::WeightUpdate;
  const bool is_free = request.is_fully_connected;
  const bool pads_inputs = seen.inputs % vertex.inputs_per_group != 0;
  const bool pads_outputs = seen.outputs % vertex.outputs_per_group != 0;
  const bool expands = view.expand[0] || view.expand[1];
  const bool combines = view.combine_groups > 1;
  const bool is_swapped = view.swap_operands != is_free;
  lay_out_input_ =
      !is_free && (is_weight_update || expands || is_swapped || combines || pads_inputs);
  lay_out_weights_ = !is_free && (is_weight_update || expands || is_swapped || combines ||
                                  pads_inputs || pads_outputs);
  lay_out_output_ =
      !is_free && (view.swap_operands != is_weight_update || combines || pads_outputs);
  const int wanted = chip.weights_per_conv_unit(request.precision);
  regroup_output_ = !is_free && vertex.outputs_per_group != wanted;
  regroup_weights_ = request.is_training && request.pass == Pass::Forward && !is_free &&
                     vertex.outputs_per_group % wanted != 0;
}

TileWork PlanCostModel::tile_work(const Split& split) const {
  TileWork work;
  const auto channels = [](int size, int group, int parts) {
    return ceil_div(ceil_div(size, group), parts) * group;
  };
  work.batch = ceil_div(seen.batch, split.batch);
  work.groups = channels(seen.groups, vertex.groups_per_group, split.groups);
  work.inputs = channels(seen.inputs, vertex.inputs_per_group, split.inputs);
  work.outputs =
      channels(seen.outputs, vertex.outputs_per_group, split.outputs * split.serial_outputs);
  work.field = {ceil_div(outputs_0_, split.field[0]), ceil_div(outputs_1_, split.field[1])};
  work.kernel = {ceil_div(seen.kernel[0], split.kernel[0]),
                 ceil_div(seen.kernel[1], split.kernel[1])};
  return work;
}

double PlanCostModel::min_cycles(const TileWork& work) const {
  const double spread = 1.0 * seen.input_dilation[0] * seen.input_dilation[1];
  return work.output_elements() * work.inputs * work.kernel[0] * work.kernel[1] / (peak_ * spread);
}

void PlanCostModel::add_layout(const Split& split, PlanCost& cost) const {
  const double bytes = bytes_of(request.precision);
  const double tiles = split.tiles();
  const double channel_factor =
      reorder_factor(request.precision, request.convolution.inputs * request.convolution.outputs);
  const double reorder = std::min<double>(chip.memcpy_bytes_per_cycle, bytes);
  if (lay_out_input_) {
    const double per_tile = std::ceil(all_inputs_ / tiles) * bytes;
    cost.input_copy = per_tile * channel_factor / reorder;
    cost.input_copy_exchange = per_tile / chip.exchange_bytes_per_cycle;
    cost.temporary_bytes += per_tile;
    cost.supersteps++;
  }
  const double weights_per_tile = std::ceil(all_weights_ / tiles) * bytes;
  if (lay_out_weights_) {
    cost.weight_copy = weights_per_tile * channel_factor / reorder;
    cost.weight_copy_exchange = weights_per_tile / chip.exchange_bytes_per_cycle;
    cost.temporary_bytes += weights_per_tile;
    cost.supersteps++;
  } else if (regroup_weights_) {
    cost.weight_copy =
        weights_per_tile * reorder_factor(request.precision, request.convolution.outputs) /
        std::min<double>(chip.memcpy_bytes_per_cycle, vertex.outputs_per_group * bytes);
    cost.supersteps++;
  }
  if (!lay_out_output_ && !regroup_output_) return;
  const double per_tile = std::ceil(all_outputs_ / tiles) * bytes;
  const double factor = reorder_factor(request.precision, request.convolution.outputs);
  cost.supersteps++;
  if (lay_out_output_) {
    cost.output_copy = per_tile * factor / reorder;
    cost.output_copy_exchange = per_tile / chip.exchange_bytes_per_cycle;
  } else {
    cost.output_copy =
        per_tile * factor /
        std::min<double>(chip.memcpy_bytes_per_cycle, vertex.outputs_per_group * bytes);
  }
}

void PlanCostModel::add_exchange(const Split& split, const TileWork& work, PlanCost& cost) const {
  const double bytes = bytes_of(request.precision);
  const int rows = seen.input_range(0, work.field[0], work.kernel[0]);
  const int columns = seen.input_range(1, work.field[1], work.kernel[1]);
  const double planes = 1.0 * work.batch * work.groups * work.inputs;
  const double inputs = planes * rows * columns;
  const double weights =
      1.0 * work.groups * work.inputs * work.outputs * work.kernel[0] * work.kernel[1];
  // A part is on the tile already. Neighboring tiles compute neighboring output channels of the
  // same input: both tiles of a pair hear it on their common bus.
  const double bus = split.outputs % chip.tiles_per_super_tile == 0
                         ? chip.exchange_bytes_per_cycle * chip.tiles_per_super_tile
                         : chip.exchange_bytes_per_cycle;
  cost.input_exchange = inputs * (1.0 - 1.0 / split.outputs) * bytes / bus;
  const double sharing = 1.0 * split.field[0] * split.field[1] * split.batch;
  cost.weight_exchange = weights * (1.0 - 1.0 / sharing) * bytes / chip.exchange_bytes_per_cycle;
  cost.temporary_bytes += (inputs + weights) * bytes;

  if (vertex.method == Method::Slic) {
    // The window is four taps wide, and it knows no padding.
    const double taps = round_up(work.kernel[1], 4);
    const double kernel_zeros = weights * (taps / work.kernel[1] - 1.0);
    const double padded =
        (rows + seen.padding_lower[0] + seen.padding_upper[0]) *
        (columns + seen.padding_lower[1] + seen.padding_upper[1] + taps - work.kernel[1]);
    const double input_zeros = planes * std::max(0.0, padded - 1.0 * rows * columns);
    cost.padding_exchange =
        kernel_zeros * bytes / chip.exchange_bytes_per_cycle + input_zeros * bytes / bus;
    cost.temporary_bytes += (kernel_zeros + input_zeros) * bytes;
  }
}

void PlanCostModel::add_reduction(const Split& split, const TileWork& work, PlanCost& cost) const {
  const double partials = work.output_elements();
  cost.temporary_bytes += partials * kPartialBytes;
  const int depth = split.reduction_depth();
  if (depth == 1) {
    // The outer product has no sums: it writes results.
    const bool has_sums = vertex.method != Method::OuterProduct;
    if (has_sums) cost.cast = cast_cycles(chip, partials, Precision::F32, request.precision);
    if (cost.cast > 0.0) cost.supersteps++;
    return;
  }
  double outputs = std::ceil(partials / depth) * depth;
  int remaining = depth;
  for (const int factor : reduction_stages(depth)) {
    cost.reduce_exchange += outputs * kPartialBytes / chip.exchange_bytes_per_cycle;
    outputs = std::ceil(outputs / factor);
    remaining = ceil_div(remaining, factor);
    cost.reduce +=
        reduce_cycles(chip, outputs, factor, remaining == 1 ? request.precision : Precision::F32);
    cost.supersteps++;
  }
  cost.temporary_bytes += partials * kPartialBytes;
}

std::optional<PlanCost> PlanCostModel::cost(const Split& split, const TileWork& work) const {
  const std::optional<double> compute = vertex_cycles(chip, request.precision, vertex, seen, work);
  if (!compute) return std::nullopt;
  PlanCost cost;
  cost.supersteps = 1;
  cost.compute = *compute;
  add_exchange(split, work, cost);
  add_reduction(split, work, cost);
  add_layout(split, cost);
  return cost;
}

std::vector<Phase> PlanCostModel::phases(const Split& split, const PlanCost& cost) const {
  const double sync = chip.sync_cycles;
  const int tiles = split.tiles();
  std::vector<Phase> phases;
  const auto add = [&](const char* name, double exchange, double compute) {
    if (exchange + compute <= 0.0) return;
    phases.push_back({name, sync, exchange, compute, tiles});
  };
  for (int part = 0; part < split.serial_outputs; part++) {
    add("lay out input", cost.input_copy_exchange, cost.input_copy);
    add("lay out weights", cost.weight_copy_exchange, cost.weight_copy);
    add("multiply",
        cost.input_exchange + cost.weight_exchange + cost.padding_exchange,
        cost.compute);
    const std::size_t stages = reduction_stages(split.reduction_depth()).size();
    for (std::size_t stage = 0; stage < stages; stage++) {
      add("add partial sums",
          cost.reduce_exchange / static_cast<double>(stages),
          cost.reduce / static_cast<double>(stages));
    }
    add("convert result", 0.0, cost.cast);
    add("lay out result", cost.output_copy_exchange, cost.output_copy);
  }
  return phases;
}

}  // namespace eyelid::ipu
