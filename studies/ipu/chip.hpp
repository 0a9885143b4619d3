// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eyelid/compute/precision.hpp"

namespace eyelid::ipu {

using compute::Precision;  // F16 or F32 here

/// Bytes of one element.
int bytes_of(Precision precision);

/// A chip of tiles with local memory, as chips/*.json describes it. Field names in the files are
/// those of Poplar's IPUModel.
///
/// Sources of the values: docs/hardware-study.md, "Constants".
struct Chip {
  std::string name;   // "mk1"
  std::string title;  // for people
  int tiles = 0;
  double clock_hz = 0.0;                // of a tile
  int memory_bytes_per_tile = 0;        // SRAM: code, state and tensors
  int worker_contexts = 0;              // threads of a tile; each issues every so-many-th cycle
  int data_path_bytes = 0;              // of a normal load or store
  double exchange_bytes_per_cycle = 0;  // received by one tile
  int tiles_per_super_tile = 0;         // share a bus: the same data reaches all of them at once
  int memcpy_bytes_per_cycle = 0;
  int sync_cycles = 0;                  // from the slowest tile's arrival to everybody's start
  int conv_units_f16_f16_partials = 0;  // accumulators of the matrix unit
  int conv_units_f16_f32_partials = 0;
  int conv_units_f32 = 0;
  int weights_per_conv_unit_f16 = 0;  // input channels held per accumulator
  int weights_per_conv_unit_f32 = 0;
  int weight_load_bytes_per_cycle = 0;  // into the matrix unit
  double host_bytes_per_second = 0.0;   // PCIe, sustained

  int weights_per_conv_unit(Precision precision) const {
    return precision == Precision::F16 ? weights_per_conv_unit_f16 : weights_per_conv_unit_f32;
  }
  double milliseconds(double cycles) const { return cycles / clock_hz * 1e3; }
};

/// "mk1", "mk2" or "bow"; throws InputError naming the known chips for anything else.
Chip chip(std::string_view name);
std::vector<std::string> chip_names();

/// A chip described by JSON text; `source` is for messages. Throws InputError, also for a key that
/// is missing, unknown or out of range.
Chip parse_chip(std::string_view json, const std::string& source);

/// Text of a file inside this room (chips/, tables/).
std::string_view embedded_text(std::string_view name);

}  // namespace eyelid::ipu
