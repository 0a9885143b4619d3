// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "studies/ipu/network.hpp"
#include "studies/ipu/planner.hpp"

namespace eyelid::ipu {

/// One operation of the network on the chip.
struct MappedOperation {
  std::string name;
  int operation = 0;  // index into Network::operations
  Plan plan;          // of a convolution
  int tiles = 0;
  std::vector<Phase> phases;
  double live_bytes_per_tile = 0.0;  // tensors that must exist during the operation
};

struct ProgramOptions {
  int batch = 1;
  Precision precision = Precision::F32;
  int io_tiles = 0;  // do not compute
};

/// What of a tile's memory is not tensors: program, exchange program, vertex state, constants.
///
/// The one stated constant of the memory model, the same on both chips. Poplar's IPUModel needs 15
/// to 21 kB for a single layer of three passes (../shared/reference/ipu.md, 1.2); BlazeFace has 37
/// convolutions of one pass. Between 136 and 169 KiB the study's limits (MK1 stops after batch 32,
/// MK2 after 128) come out; this is the middle.
inline constexpr double kFixedBytesPerTile = 152.0 * 1024;

/// A network compiled for a chip: every operation planned, with its supersteps.
struct DeviceProgram {
  Chip chip;
  ProgramOptions options;
  std::vector<MappedOperation> operations;
  double peak_bytes_per_tile = 0.0;  // of the fullest tile: fixed part, weights, tensors,
                                     // buffers of the streams
  std::string peak_operation;
  bool fits_memory = true;

  std::vector<Phase> phases() const;
  PhaseCycles cycles() const;
  double milliseconds() const { return chip.milliseconds(cycles().total()); }
};

/// Plans every operation (0.1 to 3 s, on all processors). Throws InputError for options that leave
/// no tile to compute.
DeviceProgram compile(const Chip& chip, const Network& network, const ProgramOptions& options);

}  // namespace eyelid::ipu
