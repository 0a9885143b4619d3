// SPDX-License-Identifier: MIT
#include "studies/ipu/command/simulation.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::ipu {

namespace {

constexpr int kMaxSweep = 1024;

int input_bytes(const SimulationRequest& request) {
  if (request.input.empty()) return bytes_of(request.precision);
  return request.input == "uint8" ? 1 : request.input == "f16" ? 2 : 4;
}

StreamOptions stream_options_of(const Network& network, const SimulationRequest& request) {
  StreamOptions options;
  options.batch = request.batch;
  options.num_io_tiles = request.io_tiles;
  options.prefetch_depth = request.prefetch_depth;
  options.asynchronous_callbacks = request.async_callbacks;
  options.steps_per_execution = request.steps_per_execution;
  options.bytes = stream_bytes(network, input_bytes(request), bytes_of(request.precision));
  options.study_bytes = stream_bytes(network, 4, 4);
  return options;
}

/// Input of another type than the network's is converted on the chip.
double conversion_ms(const Network& network, const SimulationRequest& request, const Chip& chip) {
  if (input_bytes(request) == bytes_of(request.precision)) return 0.0;
  const double elements = std::ceil(network.tensors[0].elements() * request.batch / chip.tiles);
  return chip.milliseconds(elementwise_cycles(chip, elements, 1, Precision::F32) +
                           chip.sync_cycles);
}

Simulation run(const Network& network,
               const SimulationRequest& request,
               const DeviceProgram& program) {
  const StreamOptions options = stream_options_of(network, request);
  Simulation simulation{request, program, {}, 0};
  simulation.streams =
      run_streams(program.chip,
                  host_constants(request.chip),
                  options,
                  program.milliseconds() + conversion_ms(network, request, program.chip));
  if (request.io_tiles > 0) simulation.io_tile_limit = io_tile_batch_limit(program.chip, options);
  return simulation;
}

DeviceProgram compile_for(const Network& network, const SimulationRequest& request) {
  const Chip chip = ipu::chip(request.chip);
  const StreamOptions options = stream_options_of(network, request);
  // Streams that do not fit make TensorFlow drop the I/O tiles: they compute like the others.
  const bool are_dropped =
      request.io_tiles < chip.tiles && request.batch > io_tile_batch_limit(chip, options);
  return compile(
      chip, network, {request.batch, request.precision, are_dropped ? 0 : request.io_tiles});
}

}  // namespace

Simulation simulate(const Network& network, const SimulationRequest& request) {
  return run(network, request, compile_for(network, request));
}

nlohmann::ordered_json figures_json(const Simulation& simulation) {
  const SimulationRequest& request = simulation.request;
  const PhaseCycles cycles = simulation.program.cycles();
  const StreamRun& streams = simulation.streams;
  return {{"chip", request.chip},
          {"batch", request.batch},
          {"precision", name_of(request.precision)},
          {"input", request.input.empty() ? name_of(request.precision) : request.input},
          {"io_tiles", request.io_tiles},
          {"io_tiles_used", streams.io_tiles_used},
          {"prefetch_depth", request.prefetch_depth},
          {"async_callbacks", request.async_callbacks},
          {"steps_per_execution", request.steps_per_execution},
          {"throughput_images_per_s", app::json_number(streams.images_per_second)},
          {"latency_ms", app::json_number(streams.latency_ms)},
          {"step_ms", app::json_number(streams.step_ms)},
          {"device_ms", app::json_number(streams.device_ms)},
          {"host_ms", app::json_number(simulation.host_ms())},
          {"device_share", app::json_number(streams.device_share)},
          {"fits_memory", simulation.program.fits_memory},
          {"memory_bytes_per_tile", simulation.program.peak_bytes_per_tile},
          {"memory_limit_bytes_per_tile", simulation.program.chip.memory_bytes_per_tile},
          {"memory_peak_at", simulation.program.peak_operation},
          {"cycles",
           {{"compute", std::round(cycles.compute)},
            {"exchange", std::round(cycles.exchange)},
            {"sync", std::round(cycles.sync)}}}};
}

nlohmann::ordered_json timeline_json(const Simulation& simulation) {
  nlohmann::ordered_json json = {{"tiles", simulation.program.chip.tiles},
                                 {"clock_hz", simulation.program.chip.clock_hz},
                                 {"phases", nlohmann::ordered_json::array()},
                                 {"operations", nlohmann::ordered_json::array()},
                                 {"activities", nlohmann::ordered_json::array()}};
  for (const MappedOperation& mapped : simulation.program.operations) {
    const PhaseCycles cycles = sum_of(mapped.phases);
    const bool is_convolution = mapped.plan.tiles > 0;
    json["operations"].push_back(
        {{"name", mapped.name},
         {"method", is_convolution ? name_of(mapped.plan.vertex.method) : "vector"},
         {"tiles", mapped.tiles},
         {"compute", cycles.compute},
         {"exchange", cycles.exchange},
         {"sync", cycles.sync},
         {"live_bytes", mapped.live_bytes_per_tile},
         {"temporary_bytes", mapped.plan.temporary_bytes}});
  }
  for (const Phase& phase : simulation.program.phases()) {
    json["phases"].push_back({phase.name,
                              std::round(phase.sync),
                              std::round(phase.exchange),
                              std::round(phase.compute),
                              phase.tiles});
  }
  for (const Activity& activity : simulation.streams.activities) {
    json["activities"].push_back(
        {activity.lane, activity.name, activity.step, activity.begin_ms, activity.end_ms});
  }
  return json;
}

std::vector<Simulation> sweep_batches(const Network& network, SimulationRequest request) {
  std::vector<Simulation> sweep;
  int beyond_memory = 0;
  for (request.batch = 1; request.batch <= kMaxSweep && beyond_memory < 2; request.batch *= 2) {
    sweep.push_back(simulate(network, request));
    if (!sweep.back().program.fits_memory) beyond_memory++;
  }
  return sweep;
}

std::vector<Simulation> search_grid(const Network& network, SimulationRequest request) {
  std::vector<Simulation> grid;
  request.async_callbacks = true;
  for (const int io_tiles : {0, 16, 32, 64, 128, 256}) {
    request.io_tiles = io_tiles;
    // Prefetching is the host's business: one program serves all depths.
    const DeviceProgram program = compile_for(network, request);
    for (request.prefetch_depth = 1; request.prefetch_depth <= 4; request.prefetch_depth++) {
      grid.push_back(run(network, request, program));
    }
  }
  return grid;
}

std::vector<WhatIf> what_would_change(const Network& network, const SimulationRequest& request) {
  constexpr int kLongLoop = 64;
  constexpr int kIoTiles = 64;
  SimulationRequest half = request, bytes = request, loop = request, overlap = request;
  half.precision = Precision::F16;
  half.input = "f16";
  bytes.input = "uint8";
  loop.steps_per_execution = kLongLoop;
  overlap.io_tiles = kIoTiles;
  overlap.async_callbacks = true;
  SimulationRequest all = overlap;
  all.precision = Precision::F16;
  all.input = "uint8";
  all.steps_per_execution = kLongLoop;
  // The host's knobs alone need no program of their own.
  const DeviceProgram as_requested = compile_for(network, request);
  const DeviceProgram halved = compile_for(network, half);
  return {{"as configured", run(network, request, as_requested)},
          {"half precision", run(network, half, halved)},
          {"8-bit input", run(network, bytes, as_requested)},
          {"64 steps per execution", run(network, loop, as_requested)},
          {"64 I/O tiles, asynchronous callbacks", simulate(network, overlap)},
          {"all of these", simulate(network, all)}};
}

}  // namespace eyelid::ipu
