// SPDX-License-Identifier: MIT
#include "eyelid/tables/calibration_file.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/files/json_file.hpp"

namespace eyelid::tables {
namespace {

using files::json_excerpt;
using nlohmann::json;
using Path = std::filesystem::path;

constexpr const char* kFormat = "eyelid-calibration";
constexpr int kVersion = 1;
constexpr std::size_t kMaxFile = 1u << 20;

[[noreturn]] void fail(const Path& path, const std::string& what) {
  throw InputError(path.string() + ": " + what);
}

json json_of(const EyeLevels& levels) {
  if (!are_usable(levels)) return nullptr;
  // Six decimals: as a double 0.3f would read 0.30000001192092896.
  const auto rounded = [](float ear) { return std::round(1e6 * static_cast<double>(ear)) / 1e6; };
  return {{"open_ear", rounded(levels.open_ear)}, {"closed_ear", rounded(levels.closed_ear)}};
}

float ear_in(const Path& path, const json& eye, const std::string& side, const char* key) {
  const auto found = eye.find(key);
  if (found == eye.end() || !found->is_number()) {
    fail(path,
         side + "." + key + " is " + (found == eye.end() ? "missing" : json_excerpt(*found)) +
             ", expected a number");
  }
  const double value = found->get<double>();
  if (!(value >= 0.0 && value <= kMaxEar)) {
    fail(path, side + "." + key + " is " + json_excerpt(*found) + ", expected 0 .. 1");
  }
  return static_cast<float>(value);
}

EyeLevels levels_in(const Path& path, const json& document, const std::string& side) {
  const auto eye = document.find(side);
  if (eye == document.end()) fail(path, side + " is missing, expected an object or null");
  if (eye->is_null()) return {};
  if (!eye->is_object())
    fail(path, side + " is " + json_excerpt(*eye) + ", expected an object or null");
  EyeLevels levels;
  levels.open_ear = ear_in(path, *eye, side, "open_ear");
  levels.closed_ear = ear_in(path, *eye, side, "closed_ear");
  if (!are_usable(levels)) {
    fail(path,
         side + " is " + json_excerpt(*eye) + ", expected open_ear at least 0.02 above closed_ear");
  }
  return levels;
}

std::string text_in(const Path& path, const json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end() || found->is_null()) return "";
  if (!found->is_string()) fail(path, key + (" is " + json_excerpt(*found)) + ", expected text");
  return found->get<std::string>();
}

}  // namespace

std::string calibration_text(const Calibration& calibration) {
  if (!are_usable(calibration.levels.right) && !are_usable(calibration.levels.left)) {
    throw InputError("found open and closed levels of neither eye, expected some to save");
  }
  const json document = {{"format", kFormat},
                         {"version", kVersion},
                         {"date", calibration.date},
                         {"subject", calibration.subject},
                         {"glasses", calibration.glasses},
                         {"camera", calibration.camera},
                         {"distance", calibration.distance},
                         {"recording", calibration.recording},
                         {"open_source", name_of(calibration.open_source)},
                         {"closed_source", name_of(calibration.closed_source)},
                         {"right", json_of(calibration.levels.right)},
                         {"left", json_of(calibration.levels.left)}};
  return files::json_text(document, 2) + '\n';
}

Calibration load_calibration(const Path& path) {
  const json document =
      files::read_json_object(path, "a calibration file written by eyelid", kMaxFile);
  if (const std::string format = text_in(path, document, "format"); format != kFormat) {
    fail(path, "format is \"" + format + "\", expected \"" + kFormat + "\"");
  }
  if (const json version = document.value("version", json()); version != kVersion) {
    fail(path, "version is " + json_excerpt(version) + ", expected " + std::to_string(kVersion));
  }
  Calibration calibration;
  calibration.levels.right = levels_in(path, document, "right");
  calibration.levels.left = levels_in(path, document, "left");
  if (!are_usable(calibration.levels.right) && !are_usable(calibration.levels.left)) {
    fail(path,
         "found levels of neither eye, expected \"right\" or \"left\" with open_ear and "
         "closed_ear");
  }
  calibration.open_source = LevelSource::File;
  calibration.closed_source = LevelSource::File;
  calibration.date = text_in(path, document, "date");
  calibration.subject = text_in(path, document, "subject");
  calibration.glasses = text_in(path, document, "glasses");
  calibration.camera = text_in(path, document, "camera");
  calibration.distance = text_in(path, document, "distance");
  calibration.recording = text_in(path, document, "recording");
  return calibration;
}

}  // namespace eyelid::tables
