// SPDX-License-Identifier: MIT
#include "studies/ipu/chip.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "eyelid/core/error.hpp"
#include "eyelid/files/embedded_files.hpp"

namespace eyelid::files {
std::span<const EmbeddedFile> ipu_files();  // generated: cmake/embed_files.cmake
}  // namespace eyelid::files

namespace eyelid::ipu {
namespace {

using nlohmann::json;

/// Reads keys of one object and remembers which, so that a misspelled one is noticed.
class Fields {
 public:
  Fields(const json& object, const std::string& source) : object_(object), source_(source) {}

  std::string text(const char* key) {
    const json& value = find(key);
    if (!value.is_string()) fail(key, "a string");
    return value.get<std::string>();
  }
  double positive(const char* key) {
    const json& value = find(key);
    if (!value.is_number() || !(value.get<double>() > 0.0)) fail(key, "a number above 0");
    return value.get<double>();
  }
  int positive_integer(const char* key) {
    const json& value = find(key);
    const bool is_good =
        value.is_number_integer() && value.get<double>() > 0.0 && value.get<double>() <= 1e9;
    if (!is_good) fail(key, "a whole number from 1 to 1e9");
    return value.get<int>();
  }
  void expect_nothing_else() const {
    for (const auto& [key, value] : object_.items()) {
      if (!used_.contains(key)) {
        throw InputError(source_ + ": found \"" + key + "\", expected only keys of a chip file");
      }
    }
  }

 private:
  const json& find(const char* key) {
    used_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      throw InputError(source_ + ": no \"" + key + "\"; expected every key of a chip file");
    }
    return *found;
  }
  [[noreturn]] void fail(const char* key, const char* expected) const {
    throw InputError(source_ + ": \"" + key + "\" is " + object_[key].dump() + "; expected " +
                     expected);
  }

  const json& object_;
  const std::string& source_;
  std::set<std::string> used_;
};

}  // namespace

int bytes_of(Precision precision) { return precision == Precision::F16 ? 2 : 4; }

std::string_view embedded_text(std::string_view name) {
  return files::embedded_text(files::ipu_files(), name);
}

Chip parse_chip(std::string_view text, const std::string& source) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) throw InputError(source + ": not a JSON object; expected a chip file");
  Fields fields(object, source);
  Chip chip;
  chip.name = fields.text("name");
  chip.title = fields.text("title");
  chip.generation = fields.text("IPUVersion");
  chip.tiles = fields.positive_integer("tilesPerIPU");
  chip.clock_hz = fields.positive("tileClockFrequency");
  chip.memory_bytes_per_tile = fields.positive_integer("memoryBytesPerTile");
  chip.interleaved_memory_offset = fields.positive_integer("interleavedMemoryOffset");
  chip.worker_contexts = fields.positive_integer("numWorkerContexts");
  chip.data_path_bytes = fields.positive_integer("dataPathWidth") / 8;
  chip.exchange_bytes_per_cycle = fields.positive("exchangeBytesPerCycle");
  chip.tiles_per_super_tile = fields.positive_integer("tilesPerSuperTile");
  chip.memcpy_bytes_per_cycle = fields.positive_integer("memcpyBytesPerCycle");
  chip.sync_cycles = fields.positive_integer("maxIPUSyncDelay");
  chip.conv_units_f16_f16_partials = fields.positive_integer("fp16InFp16OutConvUnitsPerTile");
  chip.conv_units_f16_f32_partials = fields.positive_integer("fp16InFp32OutConvUnitsPerTile");
  chip.conv_units_f32 = fields.positive_integer("fp32InFp32OutConvUnitsPerTile");
  chip.weights_per_conv_unit_f16 = fields.positive_integer("weightsPerConvUnitFp16");
  chip.weights_per_conv_unit_f32 = fields.positive_integer("weightsPerConvUnitFp32");
  chip.weight_load_bytes_per_cycle = fields.positive_integer("convUnitCoeffLoadBytesPerCycle");
  chip.host_bytes_per_second = fields.positive("hostBytesPerSecond");
  chip.tdp_w = fields.positive("tdp_w");
  fields.expect_nothing_else();
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
