// SPDX-License-Identifier: MIT
#include "studies/ipu/vertex_cost.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace eyelid::ipu {
namespace {

int product(const Pair& pair) { return pair[0] * pair[1]; }

/// The rows of the busiest of a tile's workers: `whole` of `width` positions, one of `rest`.
struct WorkerRows {
  int whole = 0;
  int width = 0;
  int rest = 0;
  bool all_workers_equal = false;
};

WorkerRows busiest_worker(const Chip& chip, const TileWork& work, const Pair& row_step) {
  const int workers = chip.worker_contexts;
  const int rows = work.batch * ceil_div(work.field[0], row_step[0]);
  const int width = ceil_div(work.field[1], row_step[1]);
  // A row is cut so that the parts can be dealt out evenly.
  const int parts_per_row = workers / std::gcd(workers, rows);
  const int parts = ceil_div(rows * parts_per_row, workers);
  WorkerRows result;
  result.whole = parts / parts_per_row;
  result.width = width;
  result.rest = ceil_div(parts % parts_per_row * width, parts_per_row);
  result.all_workers_equal = rows * width % workers == 0;
  return result;
}

double weight_load_cycles(const Chip& chip, Precision precision, int conv_units) {
  const int bytes = chip.weights_per_conv_unit(precision) * bytes_of(precision);
  return static_cast<double>(conv_units * bytes) / chip.weight_load_bytes_per_cycle;
}

/// Worker cycles of the matrix unit on `n` neighboring positions, one tap.
double amp_1x1_worker(Precision precision, int n, bool zeroing) {
  if (precision == Precision::F16) {
    constexpr int kStateRetained = 10;
    const int start = zeroing ? 2 : 4;
    const int work = n == 0 ? 20 : n == 1 ? 31 : n == 2 ? 40 : 36 + (n - 3) * 4;
    return work + start - kStateRetained;
  }
  if (n == 0) return 24;
  const int zero = zeroing ? 2 + 4 * n : 0;
  return zero + (n == 1 ? 47 : 46 + std::max(0, n - 3) * 8);
}

double amp_1x1_cycles(const Chip& chip,
                      Precision precision,
                      const Vertex& vertex,
                      const TileWork& work) {
  const int workers = chip.worker_contexts;
  const int n = ceil_div(work.field[1], workers);
  const auto inner = [&](bool zeroing) {
    const double slowest = workers * amp_1x1_worker(precision, n, zeroing);
    return work.field[1] % workers == 0 ? slowest + 14 : slowest;
  };
  const int in_groups = ceil_div(work.inputs, vertex.inputs_per_group);
  const int out_groups = ceil_div(work.outputs, vertex.outputs_per_group);
  const int passes = ceil_div(vertex.outputs_per_group, vertex.conv_units);
  const double loads = weight_load_cycles(chip, precision, vertex.conv_units);
  const bool retains = precision == Precision::F16;
  const double retention = retains ? workers * (10.0 + 2.0 * (in_groups * work.groups - 1)) : 0.0;
  const double further = 16 + out_groups * (19 + passes * (6 + loads + inner(false)));
  const double first = 11 + out_groups * (19 + passes * (7 + loads + inner(true)));
  return 50 + retention + work.groups * (12 + (in_groups - 1) * further + first);
}

/// Writes zeros over the sums: single precision, two per store.
double zero_cycles(const Chip& chip, const Vertex& vertex, const TileWork& work) {
  const int workers = chip.worker_contexts;
  const int elements = work.batch * product(work.field) * vertex.outputs_per_group;
  const int vectors = ceil_div(ceil_div(elements, workers), 2);
  const int blocks = ceil_div(work.outputs, vertex.outputs_per_group) *
                     ceil_div(work.groups, vertex.groups_per_group);
  return static_cast<double>(vectors + 5) * workers * blocks;
}

double amp_row_worker(Precision precision, int n) {
  constexpr int kStateRetained = 6;
  if (n == 0) return 17 - kStateRetained;
  if (precision == Precision::F16) {
    return (n == 1 ? 29 : n == 2 ? 33 : 34 + (n - 3) * 4) - kStateRetained;
  }
  return (n == 1 ? 33 : n == 2 ? 44 : 45 + (n - 3) * 8) - kStateRetained;
}

/// Kernel positions one after the other; `height` of them in a column fill the input channels that
/// a narrow group leaves free.
double amp_rows_cycles(const Chip& chip,
                       Precision precision,
                       const Vertex& vertex,
                       const Convolution& convolution,
                       const TileWork& work) {
  const int workers = chip.worker_contexts;
  const int height = chip.weights_per_conv_unit(precision) / vertex.inputs_per_group;
  Pair row_step = convolution.input_dilation;
  for (std::size_t d = 0; d < 2; d++) {
    row_step[d] /= std::gcd(row_step[d], convolution.stride[d]);
  }
  const WorkerRows rows = busiest_worker(chip, work, row_step);
  double worker = 17 + rows.whole * amp_row_worker(precision, rows.width);
  if (rows.rest > 0) worker += amp_row_worker(precision, rows.rest);
  const double slowest = workers * worker + (rows.all_workers_equal ? 9 : 0);

  const double load_overhead = height == 1 ? 15 : height == 2 ? 46 : height == 4 ? 60 : 20 * height;
  const double pass =
      weight_load_cycles(chip, precision, vertex.conv_units) + load_overhead + 3 + slowest;
  const int passes = vertex.outputs_per_group / vertex.conv_units;
  const int outer = ceil_div(work.kernel[0], height);
  const double inner = outer * (14 + work.kernel[1] * (12 + passes * pass));

  const int in_groups = ceil_div(work.inputs, vertex.inputs_per_group);
  const int out_groups = ceil_div(work.outputs, vertex.outputs_per_group);
  return 103 + workers * (6.0 + 9.0) + work.groups * (out_groups * 23.0 - 5) +
         (work.groups - 1) * 6 + 1 +
         work.groups * (16 + in_groups * (14 + out_groups * (14 + inner))) +
         zero_cycles(chip, vertex, work);
}

bool can_use_amp_1x1(const Chip& chip,
                     Precision precision,
                     const Vertex& vertex,
                     const Convolution& convolution,
                     const TileWork& work) {
  return vertex.inputs_per_group == chip.weights_per_conv_unit(precision) &&
         convolution.batch == 1 && product(work.kernel) == 1 && work.field[0] == 1 &&
         convolution.input_dilation == convolution.stride;
}

/// Worker cycles of one row of `n` outputs in the 1x4 window of the matrix unit.
double slic_row_worker(int n, int stride, bool zeroing) {
  constexpr int kPasses = 2;  // over the input, with 8 accumulators
  double row = 0.0;
  if (stride == 2) {
    row = n < 3 ? 10 + (n == 1 ? 3 : 5) : 15 + 2 * (n - 3);
  } else if (n >= 5) {
    row = 15 + (n - 5);
  } else if (zeroing) {
    row = 13 + (n > 1 ? n : 0);
  } else {
    row = 7 + (n == 1 ? 6 : 10);
  }
  return 10 + (zeroing ? 1 : 0) + 3 + (row - 1) * kPasses;
}

std::optional<double> slic_cycles(const Chip& chip,
                                  const Vertex& vertex,
                                  const Convolution& convolution,
                                  const TileWork& work) {
  const bool fits = convolution.input_dilation == Pair{1, 1} && convolution.stride[1] <= 2 &&
                    convolution.kernel_dilation == Pair{1, 1} &&
                    work.inputs <= vertex.inputs_per_group &&
                    work.outputs <= vertex.outputs_per_group;
  if (!fits) return std::nullopt;
  const int workers = chip.worker_contexts;
  const WorkerRows rows = busiest_worker(chip, work, {1, 1});
  const auto pass = [&](bool zeroing) {
    double worker = 18 + rows.whole * slic_row_worker(rows.width, convolution.stride[1], zeroing);
    if (rows.rest > 0) worker += slic_row_worker(rows.rest, convolution.stride[1], zeroing);
    return worker * workers;
  };
  const int blocks = work.kernel[0] * ceil_div(work.kernel[1], 4);
  const int groups = ceil_div(work.groups, vertex.groups_per_group);
  const double rearrange = vertex.groups_per_group == 1
                               ? 18
                               : 21 + (vertex.groups_per_group == 4 ? 10.0 : 12.0) * workers;
  const double per_block = rearrange + 16 + 3 + 2 + 1 + 6 + 6 + 1;
  return 28 + 15 * groups + 6 * (groups - 1) + 1 + per_block * blocks + 6 * (blocks - 1) + 1 +
         groups * (pass(true) + (blocks - 1) * pass(false));
}

std::optional<double> vertical_mac_cycles(const Chip& chip,
                                          const Vertex& vertex,
                                          const TileWork& work) {
  if (work.outputs > 1) return std::nullopt;
  const int workers = chip.worker_contexts;
  const int positions = product(work.field) * work.batch;
  // Output positions and kernel rows are dealt out; a worker walks along the kernel's width.
  const int parts_per_row = workers / std::gcd(workers, positions);
  const int parts = ceil_div(positions * parts_per_row, workers);
  const auto walk = [&](int width) { return 15.0 + 5 + 2 * (width - 1); };
  const int whole_rows = parts / parts_per_row, rest = parts % parts_per_row;
  const double per_kernel_row =
      whole_rows * walk(work.kernel[1]) + rest * walk(ceil_div(work.kernel[1], parts_per_row));
  const double inner = workers * (6 + work.kernel[0] * per_kernel_row);
  const int outputs = product(work.field);
  const double zeroing = 4 + outputs;
  const double reduction =
      10 + (9 + 2 * (workers - 1)) * ceil_div(outputs, workers) * vertex.groups_per_group / 4.0;
  const int groups = ceil_div(work.groups, vertex.groups_per_group);
  return 100 + (zeroing + 32 + work.inputs * (24 + inner) + reduction) * groups;
}

double dot_product_worker(Precision precision, int size) {
  if (precision == Precision::F32) return 7 + (size % 2 == 0 ? size : 2 * size);
  return 7 + (size % 4 == 0 ? size / 4 : size);
}

double horizontal_mac_cycles(const Chip& chip,
                             Precision precision,
                             const Vertex& vertex,
                             const Convolution& convolution,
                             const TileWork& work) {
  const int workers = chip.worker_contexts;
  const WorkerRows rows = busiest_worker(chip, work, convolution.input_dilation);
  const double per_output =
      7 + vertex.outputs_per_group * dot_product_worker(precision, vertex.inputs_per_group);
  double tap = 16 + rows.whole * (19 + rows.width * per_output);
  if (rows.rest > 0) tap += 19 + rows.rest * per_output;
  const double inner = workers * (16 + product(work.kernel) * tap);
  const int in_groups = ceil_div(work.inputs, vertex.inputs_per_group);
  const int out_groups = ceil_div(work.outputs, vertex.outputs_per_group);
  return (precision == Precision::F32 ? 58 : 63) + workers * 9 +
         work.groups * (23 + in_groups * (15 + out_groups * (10 + inner))) +
         zero_cycles(chip, vertex, work);
}

std::optional<double> outer_product_cycles(const Chip& chip,
                                           Precision precision,
                                           const Vertex& vertex,
                                           const TileWork& work) {
  if (work.inputs > 1 || work.batch > 1 || product(work.kernel) > 1 || work.field[0] > 1) {
    return std::nullopt;
  }
  const int width = ceil_div(work.field[1], chip.worker_contexts);
  const int channels = ceil_div(work.outputs * work.groups, vertex.outputs_per_group);
  const double per_position = precision == Precision::F32 ? 10 + vertex.outputs_per_group * 2
                                                          : 10 + vertex.outputs_per_group * 5 / 2;
  return chip.worker_contexts * (25 + channels * (11 + width * per_position));
}

void add_amp(const Chip& chip, Precision precision, std::vector<Vertex>& vertices) {
  const int weights = chip.weights_per_conv_unit(precision);
  const int units =
      precision == Precision::F32 ? chip.conv_units_f32 : chip.conv_units_f16_f32_partials;
  const int alignment = 8 / bytes_of(precision);  // inputs are loaded 64 bits at a time
  for (int inputs = weights; inputs >= alignment; inputs /= 2) {
    vertices.push_back({Method::Amp, 1, inputs, units, units});
    if (weights > units) vertices.push_back({Method::Amp, 1, inputs, weights, units});
    if (units > 8) vertices.push_back({Method::Amp, 1, inputs, 8, 8});
  }
}

}  // namespace

const char* name_of(Method method) {
  switch (method) {
    case Method::Amp:
      return "AMP";
    case Method::Slic:
      return "SLIC";
    case Method::VerticalMac:
      return "VMAC";
    case Method::HorizontalMac:
      return "HMAC";
    case Method::OuterProduct:
      return "OUTER_PRODUCT";
  }
  return "";
}

double Vertex::peak_multiply_adds(const Chip& chip, Precision precision) const {
  const double vector = static_cast<double>(chip.data_path_bytes) / bytes_of(precision);
  switch (method) {
    case Method::Amp:
      return vector * conv_units;
    case Method::Slic:
      return std::min(vector, 1.0 * inputs_per_group) * 4 * 2 * groups_per_group;
    default:
      return vector;
  }
}

std::vector<Vertex> vertices_for(const Chip& chip,
                                 Precision precision,
                                 const Convolution& convolution) {
  std::vector<Vertex> vertices;
  add_amp(chip, precision, vertices);
  if (precision == Precision::F16) {
    for (const int groups : {1, 2, 4}) {
      vertices.push_back({Method::Slic, groups, 4 / groups, 4 / groups, 8});
    }
    if (convolution.outputs == 1) vertices.push_back({Method::VerticalMac, 4, 1, 1, 0});
  }
  if (convolution.inputs == 1 && convolution.batch == 1) {
    vertices.push_back({Method::OuterProduct, 1, 1, 8 / bytes_of(precision), 0});
  }
  const int grain = precision == Precision::F16 ? 2 : 1;
  const int inputs = ceil_div(convolution.inputs, grain) * grain;
  for (int group = inputs, tried = 0; group >= grain && tried < 4; tried++) {
    vertices.push_back({Method::HorizontalMac, 1, group, 1, 0});
    group = ceil_div(group / 2, grain) * grain == group ? 0 : ceil_div(group / 2, grain) * grain;
  }
  return vertices;
}

std::optional<double> vertex_cycles(const Chip& chip,
                                    Precision precision,
                                    const Vertex& vertex,
                                    const Convolution& convolution,
                                    const TileWork& work) {
  switch (vertex.method) {
    case Method::Amp:
      if (can_use_amp_1x1(chip, precision, vertex, convolution, work)) {
        return amp_1x1_cycles(chip, precision, vertex, work);
      }
      return amp_rows_cycles(chip, precision, vertex, convolution, work);
    case Method::Slic:
      return slic_cycles(chip, vertex, convolution, work);
    case Method::VerticalMac:
      return vertical_mac_cycles(chip, vertex, work);
    case Method::HorizontalMac:
      return horizontal_mac_cycles(chip, precision, vertex, convolution, work);
    case Method::OuterProduct:
      return outer_product_cycles(chip, precision, vertex, work);
  }
  return std::nullopt;
}

std::vector<int> reduction_stages(int depth) {
  if (depth <= 1) return {};
  const int stages = depth < 16 ? 1 : depth < 125 ? 2 : 3;
  std::vector<int> factors;
  int rest = depth;
  for (int stage = stages; stage > 1; stage--) {
    const double power = (stage - 1.0) / stage;
    const int next = static_cast<int>(std::pow(static_cast<double>(rest), power));
    factors.push_back(ceil_div(rest, next));
    rest = ceil_div(rest, factors.back());
  }
  factors.push_back(rest);
  return factors;
}

double reduce_cycles(const Chip& chip, double outputs, int depth, Precision result) {
  constexpr int kVector = 4;  // sums added at once, single precision
  const int workers = chip.worker_contexts;
  const double exchanged = (depth - 1) * outputs * 4.0;
  const double loops = std::ceil(outputs / kVector);
  const double loops_per_worker = std::ceil(loops / workers);
  // In one block of interleaved memory when it is small beside the tile's memory.
  const bool single_input =
      std::fmod(outputs, kVector) == 0.0 && exchanged <= chip.memory_bytes_per_tile / 32.0;
  if (single_input) {
    const int overhead = result == Precision::F32 ? 8 : 7;
    return workers * (20 + (2.0 * (depth - 1) + overhead) * loops_per_worker) + 33;
  }
  const int overhead = result == Precision::F32 ? 7 : 6;
  return workers * (32 + (3.0 * depth + overhead) * loops_per_worker);
}

double cast_cycles(const Chip& chip, double elements, Precision from, Precision to) {
  if (from == to) return 0.0;
  const double per_worker = std::ceil(elements / chip.worker_contexts);
  // The single-precision side is the slower one: two per access.
  return (std::ceil(per_worker / 2.0) + 26) * chip.worker_contexts;
}

double elementwise_cycles(const Chip& chip, double elements, int operands, Precision precision) {
  const double per_vector = static_cast<double>(chip.data_path_bytes) / bytes_of(precision);
  const double vectors = std::ceil(std::ceil(elements / chip.worker_contexts) / per_vector);
  return chip.worker_contexts * (operands * vectors + 25) + (operands == 1 ? 9 : 11);
}

double max_pool_cycles(const Chip& chip, double outputs, int taps, int rows, Precision precision) {
  const double per_vector = static_cast<double>(chip.data_path_bytes) / bytes_of(precision);
  const double vectors = std::ceil(std::ceil(outputs / chip.worker_contexts) / per_vector);
  const double rows_per_worker = std::ceil(1.0 * rows / chip.worker_contexts);
  return chip.worker_contexts * (3 * vectors * taps + 33 * rows_per_worker + 25) + 13;
}

}  // namespace eyelid::ipu
