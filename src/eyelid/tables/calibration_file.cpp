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

// Six decimals: as a double 0.3f would read 0.30000001192092896.
double rounded(float ear) { return std::round(1e6 * static_cast<double>(ear)) / 1e6; }

json json_of(const LevelOrigin& origin) {
  json result = {
      {"source", name_of(origin.source)}, {"interval", nullptr}, {"basis", origin.basis}};
  if (origin.interval) {
    result["interval"] =
        json::array({rounded(origin.interval->low), rounded(origin.interval->high)});
  }
  return result;
}

json json_of(const Calibration& calibration, Eye eye) {
  const EyeLevels& levels = calibration.levels[eye];
  if (!are_usable(levels)) return nullptr;
  return {{"open_ear", rounded(levels.open_ear)},
          {"closed_ear", rounded(levels.closed_ear)},
          {"open", json_of(calibration.open_origin[eye])},
          {"closed", json_of(calibration.closed_origin[eye])}};
}

float ear_from(const Path& path, const json& value, const std::string& key) {
  if (!value.is_number()) fail(path, key + " is " + json_excerpt(value) + ", expected a number");
  const double ear = value.get<double>();
  if (!(ear >= 0.0 && ear <= kMaxEar)) {
    fail(path, key + " is " + json_excerpt(value) + ", expected 0 .. 1");
  }
  return static_cast<float>(ear);
}

float ear_in(const Path& path, const json& eye, const std::string& side, const char* key) {
  const auto found = eye.find(key);
  if (found == eye.end()) fail(path, side + "." + key + " is missing, expected a number");
  return ear_from(path, *found, side + "." + key);
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

/// What the levels were when the file was made; files of earlier versions do not say.
LevelOrigin origin_in(const Path& path,
                      const json& document,
                      const std::string& side,
                      const char* key) {
  LevelOrigin origin{LevelSource::Given, {}, ""};
  const json eye = document.value(side, json());
  const json origin_json = eye.is_object() ? eye.value(key, json()) : json();
  if (origin_json.is_null()) return origin;
  const std::string name = side + "." + key;
  if (!origin_json.is_object()) {
    fail(path, name + " is " + json_excerpt(origin_json) + ", expected an object");
  }
  origin.basis = text_in(path, origin_json, "basis");
  const json interval = origin_json.value("interval", json());
  if (interval.is_null()) return origin;
  if (!interval.is_array() || interval.size() != 2) {
    fail(path, name + ".interval is " + json_excerpt(interval) + ", expected two numbers");
  }
  origin.interval = EarInterval{ear_from(path, interval[0], name + ".interval"),
                                ear_from(path, interval[1], name + ".interval")};
  return origin;
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
                         {"right", json_of(calibration, Eye::Right)},
                         {"left", json_of(calibration, Eye::Left)}};
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
  for (const Eye eye : kEyes) {
    const std::string side(name_of(eye));
    calibration.open_origin[eye] = origin_in(path, document, side, "open");
    calibration.closed_origin[eye] = origin_in(path, document, side, "closed");
  }
  calibration.date = text_in(path, document, "date");
  calibration.subject = text_in(path, document, "subject");
  calibration.glasses = text_in(path, document, "glasses");
  calibration.camera = text_in(path, document, "camera");
  calibration.distance = text_in(path, document, "distance");
  calibration.recording = text_in(path, document, "recording");
  return calibration;
}

}  // namespace eyelid::tables
