// SPDX-License-Identifier: MIT
#include "studies/ipu/chip.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <variant>

#include "eyelid/core/error.hpp"
#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> ipu_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::ipu {
namespace {

using nlohmann::json;

/// A key of a chip file and the member that it fills.
struct Key {
  const char* name;
  std::variant<std::string Chip::*, int Chip::*, double Chip::*> member;
};
constexpr Key kKeys[] = {{"name", &Chip::name},
                         {"title", &Chip::title},
                         {"tilesPerIPU", &Chip::tiles},
                         {"tileClockFrequency", &Chip::clock_hz},
                         {"memoryBytesPerTile", &Chip::memory_bytes_per_tile},
                         {"numWorkerContexts", &Chip::worker_contexts},
                         {"dataPathWidth", &Chip::data_path_bytes},  // bits in the file
                         {"exchangeBytesPerCycle", &Chip::exchange_bytes_per_cycle},
                         {"tilesPerSuperTile", &Chip::tiles_per_super_tile},
                         {"memcpyBytesPerCycle", &Chip::memcpy_bytes_per_cycle},
                         {"maxIPUSyncDelay", &Chip::sync_cycles},
                         {"fp16InFp16OutConvUnitsPerTile", &Chip::conv_units_f16_f16_partials},
                         {"fp16InFp32OutConvUnitsPerTile", &Chip::conv_units_f16_f32_partials},
                         {"fp32InFp32OutConvUnitsPerTile", &Chip::conv_units_f32},
                         {"weightsPerConvUnitFp16", &Chip::weights_per_conv_unit_f16},
                         {"weightsPerConvUnitFp32", &Chip::weights_per_conv_unit_f32},
                         {"convUnitCoeffLoadBytesPerCycle", &Chip::weight_load_bytes_per_cycle},
                         {"hostBytesPerSecond", &Chip::host_bytes_per_second}};

/// Fills a member; returns what it expects where the value is something else, or null.
const char* fill(const json& value, std::string& member) {
  if (!value.is_string()) return "a string";
  member = value.get<std::string>();
  return nullptr;
}
const char* fill(const json& value, double& member) {
  if (!value.is_number() || !(value.get<double>() > 0.0)) return "a number above 0";
  member = value.get<double>();
  return nullptr;
}
const char* fill(const json& value, int& member) {
  const bool is_good =
      value.is_number_integer() && value.get<double>() > 0.0 && value.get<double>() <= 1e9;
  if (!is_good) return "a whole number from 1 to 1e9";
  member = value.get<int>();
  return nullptr;
}

}  // namespace

int bytes_of(Precision precision) { return precision == Precision::F16 ? 2 : 4; }

std::string_view embedded_text(std::string_view name) {
  return files::embedded_text(files::ipu_files(), name);
}

Chip parse_chip(std::string_view text, const std::string& source) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) throw InputError(source + ": not a JSON object; expected a chip file");
  Chip chip;
  for (const Key& key : kKeys) {
    const auto value = object.find(key.name);
    if (value == object.end()) {
      throw InputError(source + ": no \"" + key.name + "\"; expected every key of a chip file");
    }
    const char* expected =
        std::visit([&](auto member) { return fill(*value, chip.*member); }, key.member);
    if (expected == nullptr) continue;
    throw InputError(source + ": \"" + key.name + "\" is " + value->dump() + "; expected " +
                     expected);
  }
  for (const auto& entry : object.items()) {
    if (std::ranges::find(kKeys, entry.key(), &Key::name) != std::end(kKeys)) continue;
    throw InputError(source + ": found \"" + entry.key() + "\", expected only keys of a chip file");
  }
  chip.data_path_bytes /= 8;
  return chip;
}

std::vector<std::string> chip_names() { return {"mk1", "mk2", "bow"}; }

Chip chip(std::string_view name) {
  std::string known;
  for (const std::string& candidate : chip_names()) {
    if (candidate == name) {
      return parse_chip(embedded_text(candidate + ".json"), candidate + ".json");
    }
    known += (known.empty() ? "" : ", ") + candidate;
  }
  throw InputError("chip " + std::string(name) + " is unknown; expected one of " + known);
}

}  // namespace eyelid::ipu
