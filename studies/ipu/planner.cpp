// SPDX-License-Identifier: MIT
#include "studies/ipu/planner.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "eyelid/core/error.hpp"
#include "studies/ipu/plan_cost.hpp"

namespace eyelid::ipu {
namespace {

/// The kernel takes the place of the input and the other way round; padding keeps the positions.
Convolution swapped(const Convolution& c) {
  Convolution result = c;
  for (std::size_t d = 0; d < 2; d++) {
    const int field =
        (c.field[d] - 1) * c.input_dilation[d] + 1 + c.padding_lower[d] + c.padding_upper[d];
    const int extra = field - ((c.kernel[d] - 1) * c.kernel_dilation[d] + 1);
    result.field[d] = c.kernel[d];
    result.kernel[d] = c.field[d];
    result.input_dilation[d] = c.kernel_dilation[d];
    result.kernel_dilation[d] = c.input_dilation[d];
    // Padding of the former input is a matter of where the former kernel starts.
    result.padding_lower[d] = extra - c.padding_lower[d];
    result.padding_upper[d] = extra - c.padding_upper[d];
  }
  std::swap(result.batch, result.outputs);
  return result;
}

Convolution expanded(Convolution c, std::size_t d) {
  const int outputs = c.output_size(static_cast<int>(d));
  c.inputs *= c.kernel[d];
  c.field[d] = outputs;
  c.kernel[d] = 1;
  c.stride[d] = c.input_dilation[d] = c.kernel_dilation[d] = 1;
  c.padding_lower[d] = c.padding_upper[d] = 0;
  return c;
}

bool is_flat(const Convolution& c, std::size_t d) {
  return c.kernel[d] == 1 && c.stride[d] == 1 && c.input_dilation[d] == 1 &&
         c.padding_lower[d] == 0 && c.padding_upper[d] == 0;
}

/// Batch and the dimensions without neighbors become one.
Convolution flattened(Convolution c) {
  if (is_flat(c, 1)) {
    c.field[1] *= c.batch;
    c.batch = 1;
    if (is_flat(c, 0)) {
      c.field[1] *= c.field[0];
      c.field[0] = 1;
    }
  } else if (is_flat(c, 0)) {
    c.field[0] *= c.batch;
    c.batch = 1;
  }
  return c;
}

/// Notes in `view` what was flattened.
Convolution seen_through(const Convolution& convolution, View& view) {
  Convolution c = view.swap_operands ? swapped(convolution) : convolution;
  for (std::size_t d = 0; d < 2; d++) {
    if (view.expand[d]) c = expanded(c, d);
  }
  view.flat = {is_flat(c, 0), is_flat(c, 1)};
  c = flattened(c);
  c.groups = ceil_div(c.groups, view.combine_groups);
  c.inputs *= view.combine_groups;
  c.outputs *= view.combine_groups;
  return c;
}

std::vector<View> views_of(const PlanRequest& request) {
  std::vector<View> views;
  for (const bool swap : {false, true}) {
    if (swap && request.keep_operands) continue;
    const Convolution c = swap ? swapped(request.convolution) : request.convolution;
    for (const bool expand_0 : {false, true}) {
      for (const bool expand_1 : {false, true}) {
        if ((expand_0 && is_flat(c, 0)) || (expand_1 && is_flat(c, 1))) continue;
        views.push_back({swap, {expand_0, expand_1}, 1});
        const int inputs = c.inputs * (expand_0 ? c.kernel[0] : 1) * (expand_1 ? c.kernel[1] : 1);
        const int limit = request.precision == Precision::F16 ? 16 : 8;
        if (c.groups == 1 || inputs > (request.precision == Precision::F16 ? 2 : 1)) continue;
        for (int factor = limit / 4; factor * inputs <= limit; factor *= 2) {
          views.push_back({swap, {expand_0, expand_1}, factor});
        }
      }
    }
  }
  return views;
}

/// Numbers of parts worth trying: the fewest for each size of the largest part, and among many
/// parts steps of 2 %, which is what is lost at most.
std::vector<int> part_counts(int size, int limit) {
  std::vector<int> counts;
  for (int parts = 1; parts <= std::min(size, limit); parts++) {
    const bool is_smaller = counts.empty() || ceil_div(size, parts) < ceil_div(size, counts.back());
    const bool is_far = counts.empty() || parts >= counts.back() + counts.back() / 50 ||
                        parts == std::min(size, limit);
    if (is_smaller && is_far) counts.push_back(parts);
  }
  return counts;
}

/// The search over cuts for one view and vertex.
class SplitSearch {
 public:
  SplitSearch(const PlanCostModel& model, int tiles, double memory_bytes, int serial, double bound)
      : model_(model), tiles_(tiles), memory_bytes_(memory_bytes), best_cycles_(bound) {
    split_.serial_outputs = serial;
    const Convolution& c = model.seen;
    const Vertex& v = model.vertex;
    // From the dimension whose parts need no sum at the end to those that do.
    const int field_1 = c.output_size(1);
    // An odd number of half-precision results on a tile would have to be moved in the next layer.
    const bool pairs = model.request.precision == Precision::F16 && v.outputs_per_group % 2 != 0 &&
                       field_1 % 2 == 0;
    const auto add = [&](int& parts, int size, int group) {
      Dimension dimension{&parts, part_counts(ceil_div(size, group), tiles), {}};
      const double whole = ceil_div(size, group);
      for (const int count : dimension.counts) {
        dimension.shares.push_back(ceil_div(ceil_div(size, group), count) / whole);
      }
      dimensions_.push_back(std::move(dimension));
    };
    add(split_.groups, c.groups, v.groups_per_group);
    add(split_.batch, c.batch, 1);
    add(split_.field[0], c.output_size(0), 1);
    add(split_.field[1], field_1, pairs ? 2 : 1);
    add(split_.outputs, c.outputs, v.outputs_per_group * serial);
    add(split_.inputs, c.inputs, v.inputs_per_group);
    add(split_.kernel[0], c.kernel[0], 1);
    add(split_.kernel[1], c.kernel[1], 1);
    min_cycles_uncut_ = model.min_cycles(model.tile_work(split_)) * serial;
  }

  void run() { choose(0, 1, min_cycles_uncut_); }

  const std::optional<Split>& best() const { return best_; }
  double best_cycles() const { return best_cycles_; }

 private:
  struct Dimension {
    int* parts;
    std::vector<int> counts;
    std::vector<double> shares;  // of the dimension, that the largest part has
  };

  /// `lower_bound`: of the cycles with the cuts chosen so far and the rest uncut.
  void choose(std::size_t dimension, int used, double lower_bound) {
    if (dimension == dimensions_.size()) {
      if (lower_bound < best_cycles_) evaluate();
      return;
    }
    const Dimension& cut = dimensions_[dimension];
    for (std::size_t i = 0; i < cut.counts.size(); i++) {
      const int parts = cut.counts[i];
      if (used * parts > tiles_) break;
      // Even all tiles left over cannot make up for a poor beginning.
      const double with_cut = lower_bound * cut.shares[i];
      if (with_cut * used * parts > best_cycles_ * tiles_) continue;
      *cut.parts = parts;
      choose(dimension + 1, used * parts, with_cut);
    }
    *dimensions_[dimension].parts = 1;
  }

  void evaluate() {
    const TileWork work = model_.tile_work(split_);
    const std::optional<PlanCost> cost = model_.cost(split_, work);
    if (!cost || cost->temporary_bytes > memory_bytes_) return;
    const double cycles = cost->cycles(model_.chip, split_.serial_outputs);
    if (cycles < best_cycles_) {
      best_cycles_ = cycles;
      best_ = split_;
    }
  }

  const PlanCostModel& model_;
  int tiles_;
  double memory_bytes_;
  double best_cycles_;
  double min_cycles_uncut_ = 0.0;
  Split split_;
  std::optional<Split> best_;
  std::vector<Dimension> dimensions_;
};

std::optional<Plan> best_plan(const Chip& chip,
                              const PlanRequest& request,
                              double memory_bytes,
                              int serial) {
  const int tiles = request.tiles > 0 ? request.tiles : chip.tiles;
  std::optional<Plan> best;
  double best_cycles = std::numeric_limits<double>::infinity();
  for (View& view : views_of(request)) {
    const Convolution seen = seen_through(request.convolution, view);
    std::vector<Vertex> vertices = vertices_for(chip, request.precision, seen);
    // The most promising first: what follows is pruned by it.
    std::ranges::stable_sort(vertices, std::ranges::greater(), [&](const Vertex& vertex) {
      return vertex.peak_multiply_adds(chip, request.precision);
    });
    for (const Vertex& vertex : vertices) {
      const PlanCostModel model(chip, request, view, vertex, seen);
      SplitSearch search(model, tiles, memory_bytes, serial, best_cycles);
      search.run();
      if (!search.best()) continue;
      best_cycles = search.best_cycles();
      const TileWork work = model.tile_work(*search.best());
      const PlanCost cost = *model.cost(*search.best(), work);
      best = Plan{view,
                  vertex,
                  *search.best(),
                  seen,
                  work,
                  search.best()->tiles(),
                  cost.temporary_bytes,
                  true,
                  model.phases(*search.best(), cost),
                  best_cycles};
    }
  }
  return best;
}

}  // namespace

Plan plan_convolution(const Chip& chip, const PlanRequest& request) {
  EYELID_EXPECTS(request.convolution.output_size(0) > 0 && request.convolution.output_size(1) > 0);
  const double memory = chip.memory_bytes_per_tile * kAvailableMemoryProportion;
  for (int serial = 1; serial <= 16; serial *= 2) {
    if (const auto plan = best_plan(chip, request, memory, serial)) return *plan;
  }
  std::optional<Plan> plan = best_plan(chip, request, std::numeric_limits<double>::infinity(), 1);
  EYELID_EXPECTS(plan.has_value());
  plan->fits_memory = false;
  return *plan;
}

}  // namespace eyelid::ipu
