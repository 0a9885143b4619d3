// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "studies/ipu/device_program.hpp"
#include "studies/ipu/host_model.hpp"
#include "studies/ipu/study.hpp"

namespace eyelid::ipu {

/// The parameters of `eyelid simulate ipu`.
struct SimulationRequest {
  std::string chip = "mk2";
  int batch = 1;
  int io_tiles = 0;
  int prefetch_depth = 3;  // TensorFlow's default
  bool async_callbacks = false;
  int steps_per_execution = 1;
  Precision precision = Precision::F32;
  std::string input;  // element type on the stream; empty: as precision
};

/// Device and host together.
struct Simulation {
  SimulationRequest request;
  DeviceProgram program;
  StreamRun streams;
  int io_tile_limit = 0;  // largest batch on the I/O tiles; 0 without any
  double host_ms() const { return streams.step_ms - streams.device_ms; }
};

/// Compiles and runs both models. Throws InputError for impossible parameters.
Simulation simulate(const Network& network, const SimulationRequest& request);

/// One row of a table or a plot: parameters and figures.
nlohmann::ordered_json figures_json(const Simulation& simulation);
/// Supersteps, operations and host activities, for the timelines of the page.
nlohmann::ordered_json timeline_json(const Simulation& simulation);

/// Batches 1, 2, 4, ... until two do not fit.
std::vector<Simulation> sweep_batches(const Network& network, SimulationRequest request);
/// I/O tiles 0, 16, 32, ... 256 by prefetch depth 1 to 4, callbacks asynchronous.
std::vector<Simulation> search_grid(const Network& network, SimulationRequest request);

struct WhatIf {
  std::string name;
  Simulation simulation;
};
/// Half precision, 8-bit input, longer device loops, I/O tiles with asynchronous callbacks, each
/// alone and together.
std::vector<WhatIf> what_would_change(const Network& network, const SimulationRequest& request);

}  // namespace eyelid::ipu
