// SPDX-License-Identifier: MIT
#include "eyelid/tables/session_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"

namespace eyelid::tables {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSessionFormat = "eyelid session";

// The double nearest to the shortest text of the float: 0.3, not 0.30000001192092896.
Json number(float value) {
  if (!std::isfinite(value)) return nullptr;
  char text[32];
  const char* end = std::to_chars(text, text + sizeof text, value).ptr;
  double result = 0.0;
  std::from_chars(text, end, result);
  return result;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

LevelSource source_from_name(const std::string& name) {
  for (const LevelSource source : kLevelSources) {
    if (name == name_of(source)) return source;
  }
  throw InputError("found the level source \"" + name +
                   "\", expected measured, population or file");
}

Json calibration_object(const Calibration& calibration) {
  const auto levels = [](const EyeLevels& eye) {
    return Json{{"open_ear", number(eye.open_ear)}, {"closed_ear", number(eye.closed_ear)}};
  };
  return {{"right", levels(calibration.levels.right)},
          {"left", levels(calibration.levels.left)},
          {"open_source", name_of(calibration.open_source)},
          {"closed_source", name_of(calibration.closed_source)},
          {"conditions",
           {{"date", calibration.date},
            {"subject", calibration.subject},
            {"glasses", calibration.glasses},
            {"camera", calibration.camera},
            {"distance", calibration.distance},
            {"recording", calibration.recording}}}};
}

Json source_object(const SourceInfo& source) {
  return {
      {"path", source.path},
      {"kind", source.kind},
      {"container", source.container},
      {"codec", source.codec},
      {"pixel_format", source.pixel_format},
      {"width_px", source.width},
      {"height_px", source.height},
      {"nominal_frames_per_second", number(source.frames_per_second)},
      {"container_frame_count", source.frame_count ? Json(*source.frame_count) : Json(nullptr)}};
}

Json report_object(const SourceReport& report) {
  return {{"decoded_frames", report.decoded_frames},
          {"damaged_frames", report.damaged_frames},
          {"suspect_frames", report.suspect_frames},
          {"first_stamp_s", number(report.first_stamp_s)},
          {"timestamp_gaps", report.timestamp_gaps},
          {"missing_frames", report.missing_frames},
          {"repaired_timestamps", report.repaired_timestamps},
          {"was_truncated", report.was_truncated},
          {"warnings", report.warnings}};
}

Json models_array(const std::vector<ModelIdentity>& models) {
  Json array = Json::array();
  for (const ModelIdentity& model : models) {
    array.push_back({{"role", model.role},
                     {"name", model.name},
                     {"version", model.version},
                     {"source", model.source},
                     {"sha256", model.sha256}});
  }
  return array;
}

Json stages_array(const std::vector<StageTime>& stages) {
  Json array = Json::array();
  for (const StageTime& stage : stages) {
    array.push_back({{"stage", stage.stage},
                     {"calls", stage.calls},
                     {"mean_ms", number(stage.mean_ms)},
                     {"p50_ms", number(stage.p50_ms)},
                     {"p95_ms", number(stage.p95_ms)},
                     {"p99_ms", number(stage.p99_ms)}});
  }
  return array;
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Fills `value` if the key is there; null keeps the default.
template <typename Value>
void take(const Json& object, const char* key, Value& value) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return;
  try {
    found->get_to(value);
  } catch (const Json::exception&) {
    throw InputError(fmt::format("key \"{}\" has the wrong type ({})", key, found->type_name()));
  }
}

const Json& child(const Json& object, const char* key) {
  static const Json kEmpty = Json::object();
  const auto found = object.find(key);
  if (found == object.end()) return kEmpty;
  if (!found->is_object()) {
    throw InputError(fmt::format("key \"{}\" is {}, expected an object", key, found->type_name()));
  }
  return *found;
}

const Json& child_array(const Json& object, const char* key) {
  static const Json kEmpty = Json::array();
  const auto found = object.find(key);
  if (found == object.end()) return kEmpty;
  if (!found->is_array()) {
    throw InputError(fmt::format("key \"{}\" is {}, expected an array", key, found->type_name()));
  }
  for (const Json& item : *found) {
    if (!item.is_object()) throw InputError(fmt::format("key \"{}\" must hold objects", key));
  }
  return *found;
}

Calibration calibration_from(const Json& object) {
  Calibration calibration;
  const auto levels = [&object](const char* key, EyeLevels& eye) {
    take(child(object, key), "open_ear", eye.open_ear);
    take(child(object, key), "closed_ear", eye.closed_ear);
  };
  levels("right", calibration.levels.right);
  levels("left", calibration.levels.left);
  std::string name;
  take(object, "open_source", name);
  if (!name.empty()) calibration.open_source = source_from_name(name);
  name.clear();
  take(object, "closed_source", name);
  if (!name.empty()) calibration.closed_source = source_from_name(name);
  const Json& conditions = child(object, "conditions");
  take(conditions, "date", calibration.date);
  take(conditions, "subject", calibration.subject);
  take(conditions, "glasses", calibration.glasses);
  take(conditions, "camera", calibration.camera);
  take(conditions, "distance", calibration.distance);
  take(conditions, "recording", calibration.recording);
  return calibration;
}

SourceInfo source_from(const Json& object) {
  SourceInfo source;
  take(object, "path", source.path);
  take(object, "kind", source.kind);
  take(object, "container", source.container);
  take(object, "codec", source.codec);
  take(object, "pixel_format", source.pixel_format);
  take(object, "width_px", source.width);
  take(object, "height_px", source.height);
  take(object, "nominal_frames_per_second", source.frames_per_second);
  std::int64_t count = -1;
  take(object, "container_frame_count", count);
  if (count >= 0) source.frame_count = count;
  return source;
}

SourceReport report_from(const Json& object) {
  SourceReport report;
  take(object, "decoded_frames", report.decoded_frames);
  take(object, "damaged_frames", report.damaged_frames);
  take(object, "suspect_frames", report.suspect_frames);
  take(object, "first_stamp_s", report.first_stamp_s);
  take(object, "timestamp_gaps", report.timestamp_gaps);
  take(object, "missing_frames", report.missing_frames);
  take(object, "repaired_timestamps", report.repaired_timestamps);
  take(object, "was_truncated", report.was_truncated);
  take(object, "warnings", report.warnings);
  return report;
}

ModelIdentity model_from(const Json& object) {
  ModelIdentity model;
  take(object, "role", model.role);
  take(object, "name", model.name);
  take(object, "version", model.version);
  take(object, "source", model.source);
  take(object, "sha256", model.sha256);
  return model;
}

StageTime stage_from(const Json& object) {
  StageTime stage;
  take(object, "stage", stage.stage);
  take(object, "calls", stage.calls);
  take(object, "mean_ms", stage.mean_ms);
  take(object, "p50_ms", stage.p50_ms);
  take(object, "p95_ms", stage.p95_ms);
  take(object, "p99_ms", stage.p99_ms);
  return stage;
}

SessionSummary summary_from(const Json& root) {
  SessionSummary summary;
  summary.source = source_from(child(root, "input"));
  summary.source_report = report_from(child(root, "decoding"));
  for (const Json& model : child_array(root, "models")) summary.models.push_back(model_from(model));
  for (const auto& [key, value] : child(root, "options").items()) {
    if (!value.is_string()) throw InputError("key \"options\" must hold strings");
    summary.options.emplace_back(key, value.get<std::string>());
  }
  take(root, "device", summary.device);
  take(root, "device_reason", summary.device_reason);
  summary.closure.calibration = calibration_from(child(root, "calibration"));
  const Json& noise = child(root, "fec_noise_at_rest");
  take(noise, "right", summary.closure.noise.right);
  take(noise, "left", summary.closure.noise.left);
  const Json& counts = child(root, "counts");
  take(counts, "frames", summary.closure.frames);
  take(counts, "valid_frames", summary.closure.valid_frames);
  take(counts, "interpolated_frames", summary.closure.interpolated_frames);
  take(counts, "face_lost_intervals", summary.closure.face_lost_intervals);
  take(counts, "blinks_right", summary.closure.blinks.right);
  take(counts, "blinks_left", summary.closure.blinks.left);
  take(root, "duration_s", summary.closure.duration_s);
  take(root, "wall_s", summary.wall_s);
  take(root, "frames_per_second", summary.frames_per_second);
  for (const Json& stage : child_array(root, "stages")) summary.stages.push_back(stage_from(stage));
  take(root, "warnings", summary.warnings);
  return summary;
}

Json parse_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError(path.string() + ": is a folder, expected a JSON file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path.string() + ": cannot be read, expected a JSON file");
  Json root = Json::parse(file, nullptr, false);
  if (root.is_discarded() || !root.is_object()) {
    throw InputError(path.string() + ": is not a JSON object, expected a file written by eyelid");
  }
  return root;
}

void check_format(const Json& root) {
  std::string format;
  int version = kSessionFormatVersion;
  take(root, "format", format);
  take(root, "format_version", version);
  if (format != kSessionFormat) {
    throw InputError(
        fmt::format("found the format \"{}\", expected \"{}\"", format, kSessionFormat));
  }
  if (version > kSessionFormatVersion) {
    throw InputError(fmt::format(
        "found format version {}, expected at most {}", version, kSessionFormatVersion));
  }
}

}  // namespace

std::string session_json(const SessionSummary& summary) {
  Json options = Json::object();
  for (const auto& [name, value] : summary.options) options[name] = value;
  return text_of({{"format", kSessionFormat},
                  {"format_version", kSessionFormatVersion},
                  {"eyelid_version", kVersion},
                  {"input", source_object(summary.source)},
                  {"decoding", report_object(summary.source_report)},
                  {"models", models_array(summary.models)},
                  {"options", options},
                  {"device", summary.device},
                  {"device_reason", summary.device_reason},
                  {"calibration", calibration_object(summary.closure.calibration)},
                  {"fec_noise_at_rest",
                   {{"right", number(summary.closure.noise.right)},
                    {"left", number(summary.closure.noise.left)}}},
                  {"counts",
                   {{"frames", summary.closure.frames},
                    {"valid_frames", summary.closure.valid_frames},
                    {"interpolated_frames", summary.closure.interpolated_frames},
                    {"face_lost_intervals", summary.closure.face_lost_intervals},
                    {"blinks_right", summary.closure.blinks.right},
                    {"blinks_left", summary.closure.blinks.left}}},
                  {"duration_s", number(summary.closure.duration_s)},
                  {"wall_s", number(summary.wall_s)},
                  {"frames_per_second", number(summary.frames_per_second)},
                  {"stages", stages_array(summary.stages)},
                  {"warnings", summary.warnings}});
}

void write_session_json(const std::filesystem::path& path, const SessionSummary& summary) {
  files::AtomicFile file(path);
  file.write(session_json(summary));
  file.commit();
}

SessionSummary read_session_json(const std::filesystem::path& path) {
  const Json root = parse_file(path);
  try {
    check_format(root);
    return summary_from(root);
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what());
  }
}

}  // namespace eyelid::tables
