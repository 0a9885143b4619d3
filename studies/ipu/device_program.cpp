// SPDX-License-Identifier: MIT
#include "studies/ipu/device_program.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "eyelid/core/error.hpp"

namespace eyelid::ipu {
namespace {

class Compiler {
 public:
  Compiler(const Chip& chip, const Network& network, const ProgramOptions& options)
      : chip_(chip), network_(network), options_(options), tiles_(chip.tiles - options.io_tiles) {}

  Plan plan(const Operation& operation) const {
    PlanRequest request;
    request.convolution = operation.convolution;
    request.convolution.batch = options_.batch;
    request.precision = options_.precision;
    request.tiles = tiles_;
    request.keep_operands = true;
    return plan_convolution(chip_, request);
  }

  /// `plan` matters to a convolution only.
  MappedOperation map(int index, const Plan& plan) const {
    const Operation& operation = network_.operations[static_cast<std::size_t>(index)];
    MappedOperation mapped;
    mapped.name = operation.name;
    mapped.operation = index;
    mapped.tiles = tiles_;
    switch (operation.kind) {
      case OperationKind::Convolution:
        map_convolution(operation, plan, mapped);
        break;
      case OperationKind::MaxPool:
        map_pool(operation, mapped);
        break;
      case OperationKind::Add:
        map_add(operation, mapped);
        break;
    }
    return mapped;
  }

 private:
  double per_tile(double elements) const { return std::ceil(elements / tiles_); }
  double elements(int tensor) const {
    return network_.tensors[static_cast<std::size_t>(tensor)].elements() * options_.batch;
  }

  void superstep(MappedOperation& mapped,
                 const char* name,
                 double exchanged,
                 double compute) const {
    mapped.phases.push_back(
        {mapped.name + ": " + name,
         static_cast<double>(chip_.sync_cycles),
         exchanged * bytes_of(options_.precision) / chip_.exchange_bytes_per_cycle,
         compute,
         tiles_});
  }

  void map_convolution(const Operation& operation,
                       const Plan& plan,
                       MappedOperation& mapped) const {
    mapped.plan = plan;
    mapped.tiles = mapped.plan.tiles;
    for (Phase phase : mapped.plan.phases) {
      phase.name = mapped.name + ": " + phase.name;
      mapped.phases.push_back(phase);
    }
    const double results = per_tile(elements(operation.output));
    const double biases = std::min<double>(static_cast<double>(operation.bias.size()), results);
    superstep(
        mapped, "add bias", biases, elementwise_cycles(chip_, results, 1, options_.precision));
    if (operation.relu) {
      superstep(mapped, "ReLU", 0.0, elementwise_cycles(chip_, results, 1, options_.precision));
    }
  }

  void map_pool(const Operation& operation, MappedOperation& mapped) const {
    const double results = per_tile(elements(operation.output));
    const int width = network_.tensors[static_cast<std::size_t>(operation.output)].width;
    const int rows = static_cast<int>(std::ceil(results / width));
    superstep(mapped,
              "maximum",
              4.0 * results,
              max_pool_cycles(chip_, results, 4, rows, options_.precision));
  }

  /// One operand moves to where the other lies. A map with fewer channels is filled up with zeros
  /// beforehand.
  void map_add(const Operation& operation, MappedOperation& mapped) const {
    const double results = per_tile(elements(operation.output));
    const double others = per_tile(elements(operation.other));
    if (others < results) {
      superstep(mapped,
                "fill up channels",
                others,
                elementwise_cycles(chip_, results, 1, options_.precision));
    }
    superstep(mapped, "add", results, elementwise_cycles(chip_, results, 2, options_.precision));
    superstep(mapped, "ReLU", 0.0, elementwise_cycles(chip_, results, 1, options_.precision));
  }

  const Chip& chip_;
  const Network& network_;
  const ProgramOptions& options_;
  int tiles_;
};

/// A tensor lives from the operation that makes it to the last one that reads it.
void add_live_tensors(const Network& network,
                      const ProgramOptions& options,
                      int tiles,
                      std::vector<MappedOperation>& operations) {
  const int last_step = static_cast<int>(operations.size());
  for (std::size_t tensor = 0; tensor < network.tensors.size(); tensor++) {
    int first = 0, last = 0;
    for (int step = 0; step < last_step; step++) {
      const Operation& operation = network.operations[static_cast<std::size_t>(step)];
      const int id = static_cast<int>(tensor);
      if (operation.output == id) first = last = step;
      if (operation.input == id || operation.other == id) last = step;
    }
    if (std::ranges::find(network.outputs, static_cast<int>(tensor)) != network.outputs.end()) {
      last = last_step - 1;
    }
    const double bytes = std::ceil(network.tensors[tensor].elements() * options.batch / tiles) *
                         bytes_of(options.precision);
    for (int step = first; step <= last; step++) {
      operations[static_cast<std::size_t>(step)].live_bytes_per_tile += bytes;
    }
  }
}

/// A plan per operation, made on all processors; equal convolutions are planned once.
std::vector<Plan> plans_of(const Compiler& compiler, const Network& network) {
  std::vector<Plan> plans(network.operations.size());
  std::vector<std::size_t> first_like(plans.size()), to_do;
  for (std::size_t i = 0; i < plans.size(); i++) {
    const Operation& operation = network.operations[i];
    if (operation.kind != OperationKind::Convolution) continue;
    first_like[i] = i;
    for (std::size_t k = 0; k < i && first_like[i] == i; k++) {
      const Operation& other = network.operations[k];
      const bool is_like =
          other.kind == OperationKind::Convolution && other.convolution == operation.convolution;
      if (is_like) first_like[i] = k;
    }
    if (first_like[i] == i) to_do.push_back(i);
  }
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); i++) {
      workers.emplace_back([&] {
        for (std::size_t k = next++; k < to_do.size(); k = next++) {
          plans[to_do[k]] = compiler.plan(network.operations[to_do[k]]);
        }
      });
    }
  }
  for (std::size_t i = 0; i < plans.size(); i++) {
    if (network.operations[i].kind == OperationKind::Convolution) plans[i] = plans[first_like[i]];
  }
  return plans;
}

}  // namespace

std::vector<Phase> DeviceProgram::phases() const {
  std::vector<Phase> all;
  for (const MappedOperation& operation : operations) {
    all.insert(all.end(), operation.phases.begin(), operation.phases.end());
  }
  return all;
}

PhaseCycles DeviceProgram::cycles() const { return sum_of(phases()); }

DeviceProgram compile(const Chip& chip, const Network& network, const ProgramOptions& options) {
  EYELID_EXPECTS(options.batch > 0 && options.io_tiles >= 0);
  if (options.io_tiles >= chip.tiles) {
    throw InputError(std::to_string(options.io_tiles) + " I/O tiles of " +
                     std::to_string(chip.tiles) + " leave none to compute; expected fewer");
  }
  DeviceProgram program{chip, options, {}, 0.0, "", true};
  const Compiler compiler(program.chip, network, program.options);
  const std::vector<Plan> plans = plans_of(compiler, network);
  for (std::size_t i = 0; i < network.operations.size(); i++) {
    program.operations.push_back(compiler.map(static_cast<int>(i), plans[i]));
  }
  const int tiles = chip.tiles - options.io_tiles;
  add_live_tensors(network, options, tiles, program.operations);
  const double weights = std::ceil(network.weight_count() / tiles) * bytes_of(options.precision);
  // Without I/O tiles the streams' buffers lie beside the tensors in use.
  const double stream_elements =
      (network.tensors[0].elements() + network.output_elements()) * options.batch;
  const double streams =
      options.io_tiles > 0 ? 0.0 : std::ceil(stream_elements / tiles) * bytes_of(options.precision);
  for (const MappedOperation& operation : program.operations) {
    const double bytes = kFixedBytesPerTile + weights + streams + operation.live_bytes_per_tile +
                         operation.plan.temporary_bytes;
    if (bytes > program.peak_bytes_per_tile) {
      program.peak_bytes_per_tile = bytes;
      program.peak_operation = operation.name;
    }
  }
  program.fits_memory = program.peak_bytes_per_tile <= chip.memory_bytes_per_tile;
  return program;
}

}  // namespace eyelid::ipu
