// SPDX-License-Identifier: MIT
#include "eyelid/tables/session_json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/core/version.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/json_file.hpp"

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
  if (name == "population") return LevelSource::Estimated;  // of earlier versions
  if (name == "file") return LevelSource::Given;
  throw InputError("found the level source \"" + name +
                   "\", expected none, measured, estimated or given");
}

template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

// The keys of each object, named once and in the order of the file: the writer and the reader
// visit the same lists.

void visit_fields(auto& visit, Is<LevelOrigin> auto& origin) {
  visit("source", origin.source);
  visit("interval", origin.interval);
  visit("basis", origin.basis);
}

void visit_fields(auto& visit, Is<PerEye<float>> auto& eyes) {
  visit("right", eyes.right);
  visit("left", eyes.left);
}

void visit_fields(auto& visit, Is<Calibration> auto& calibration) {
  for (const Eye eye : kEyes) {
    visit.object(name_of(eye).data(), [&](auto& level) {
      level("open_ear", calibration.levels[eye].open_ear);
      level("closed_ear", calibration.levels[eye].closed_ear);
      level("open", calibration.open_origin[eye]);
      level("closed", calibration.closed_origin[eye]);
    });
  }
  visit.object("conditions", [&](auto& conditions) {
    conditions("date", calibration.date);
    conditions("subject", calibration.subject);
    conditions("glasses", calibration.glasses);
    conditions("camera", calibration.camera);
    conditions("distance", calibration.distance);
    conditions("recording", calibration.recording);
  });
}

void visit_fields(auto& visit, Is<SourceInfo> auto& source) {
  visit("path", source.path);
  visit("kind", source.kind);
  visit("container", source.container);
  visit("codec", source.codec);
  visit("pixel_format", source.pixel_format);
  visit("width_px", source.width);
  visit("height_px", source.height);
  visit("nominal_frames_per_second", source.frames_per_second);
  visit("container_frame_count", source.frame_count);
  visit("clock", source.clock);
  visit("used_bits", source.used_bits);
  visit("video_stream", source.stream);
}

void visit_fields(auto& visit, Is<SourceReport> auto& report) {
  visit("decoded_frames", report.decoded_frames);
  visit("damaged_frames", report.damaged_frames);
  visit("suspect_frames", report.suspect_frames);
  visit("first_stamp_s", report.first_stamp_s);
  visit("timestamp_gaps", report.timestamp_gaps);
  visit("missing_frames", report.missing_frames);
  visit("repaired_timestamps", report.repaired_timestamps);
  visit("was_truncated", report.was_truncated);
  visit("warnings", report.warnings);
}

void visit_fields(auto& visit, Is<ModelIdentity> auto& model) {
  visit("role", model.role);
  visit("name", model.name);
  visit("version", model.version);
  visit("source", model.source);
  visit("sha256", model.sha256);
}

void visit_fields(auto& visit, Is<StageTime> auto& stage) {
  visit("stage", stage.stage);
  visit("calls", stage.calls);
  visit("mean_ms", stage.mean_ms);
  visit("p50_ms", stage.p50_ms);
  visit("p95_ms", stage.p95_ms);
  visit("p99_ms", stage.p99_ms);
}

void visit_fields(auto& visit, Is<ClipIdentity> auto& clip) {
  visit("size", clip.size);
  visit("frames", clip.frames);
  visit("sha256_ends", clip.sha256_ends);
}

void visit_fields(auto& visit, Is<RecordingIdentity> auto& recording) {
  visit("paths", recording.paths);
  visit("size", recording.size);
  visit("frames", recording.frames);
  visit("sha256_ends", recording.sha256_ends);
  visit("clips", recording.clips);
}

void visit_fields(auto& visit, Is<RunRecord> auto& run) {
  visit("id", run.id);
  visit("sha256", run.sha256);
  visit("recording", run.recording);
}

void visit_fields(auto& visit, Is<LatencyBin> auto& bin) {
  visit("from_ms", bin.from_ms);
  visit("to_ms", bin.to_ms);
  visit("count", bin.count);
}

void visit_fields(auto& visit, Is<Latency> auto& latency) {
  visit("count", latency.count);
  visit("p50", latency.p50_ms);
  visit("p99", latency.p99_ms);
  visit("max", latency.max_ms);
  visit("histogram", latency.bins);
}

void visit_fields(auto& visit, Is<LoopSummary> auto& loop) {
  visit("latency_ms", loop.latency);
  visit("frames", loop.frames);
  visit("unseen", loop.unseen);
}

void visit_fields(auto& visit, Is<LiveSummary> auto& live) {
  visit("camera", live.camera);
  visit("ended", live.ended);
  visit("frames", live.frames);
  visit("lost", live.lost);
  visit("incomplete", live.incomplete);
  visit("overrun", live.overrun);
  visit("hurried", live.hurried);
  visit("measured_later", live.measured_later);
  visit("recorded", live.recorded);
  visit("asked_frames_per_second", live.asked_frames_per_second);
  visit("measured_frames_per_second", live.measured_frames_per_second);
  visit("clock_drift_ppm", live.clock_drift_ppm);
  visit("clock_residual_ms", live.clock_residual_ms);
  visit("latency_ms", live.latency);
  visit("output_latency_ms", live.output_latency);
  visit("loop", live.loop);
  visit("priority", live.priority);
  visit("involuntary_switches", live.involuntary_switches);
  visit("major_faults", live.major_faults);
}

void visit_fields(auto& visit, Is<SessionSummary> auto& summary) {
  auto& closure = summary.closure;
  visit("input", summary.source);
  visit("decoding", summary.source_report);
  visit("models", summary.models);
  visit("options", summary.options);
  visit("device", summary.device);
  visit("device_reason", summary.device_reason);
  visit("calibration", closure.calibration);
  visit("fec_noise_at_rest", closure.noise);
  visit.object("counts", [&](auto& counts) {
    counts("frames", closure.frames);
    counts("valid_frames", closure.valid_frames);
    counts("interpolated_frames", closure.interpolated_frames);
    counts("face_lost_intervals", closure.face_lost_intervals);
    counts("blinks_right", closure.blinks.right);
    counts("blinks_left", closure.blinks.left);
  });
  visit("duration_s", closure.duration_s);
  visit("wall_s", summary.wall_s);
  visit("frames_per_second", summary.frames_per_second);
  visit("stages", summary.stages);
  visit("warnings", summary.warnings);
  visit("live", summary.live);
  visit("run", summary.run);
}

using Options = decltype(SessionSummary::options);

struct Writer {
  Json& json;

  template <class T>
  void operator()(const char* key, const T& value) {
    object_or_value(json[key], value);
  }
  void object(const char* key, auto visit_members) {
    Writer members{json[key] = Json::object()};
    visit_members(members);
  }

  template <class T>
  static void object_or_value(Json& target, const T& value) {
    if constexpr (requires(Writer & writer) { visit_fields(writer, value); }) {
      Writer members{target = Json::object()};
      visit_fields(members, value);
    } else if constexpr (std::floating_point<T>) {
      target = number(value);
    } else {
      write(target, value);
    }
  }
  static void write(Json& target, const auto& value) { target = value; }
  static void write(Json& target, LevelSource source) { target = name_of(source); }
  static void write(Json& target, const std::optional<std::int64_t>& count) {
    target = count ? Json(*count) : Json(nullptr);
  }
  static void write(Json& target, const std::optional<EarInterval>& interval) {
    target = nullptr;
    if (interval) target = Json::array({number(interval->low), number(interval->high)});
  }
  template <class T>
  static void write_optional(Json& target, const std::optional<T>& value) {
    target = nullptr;
    if (value) object_or_value(target, *value);
  }
  static void write(Json& target, const std::optional<LiveSummary>& live) {
    write_optional(target, live);
  }
  static void write(Json& target, const std::optional<LoopSummary>& loop) {
    write_optional(target, loop);
  }
  static void write(Json& target, const Options& options) {
    target = Json::object();
    for (const auto& [name, value] : options) target[name] = value;
  }
  template <class T>
  static void write(Json& target, const std::vector<T>& values) {
    target = Json::array();
    for (const T& value : values) object_or_value(target.emplace_back(), value);
  }
};

// A key that is absent or null keeps the default.
struct Reader {
  const Json& json;

  void operator()(const char* key, auto& value) {
    with(key, [&](const Json& member) { read(member, value); });
  }
  void object(const char* key, auto visit_members) {
    with(key, [&](const Json& member) { visit_object(member, visit_members); });
  }

  void with(const char* key, auto use) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return;
    try {
      use(*found);
    } catch (const Json::exception&) {
      throw InputError(fmt::format("key \"{}\" has the wrong type ({})", key, found->type_name()));
    }
  }
  static void visit_object(const Json& source, auto visit_members) {
    (void)source.get_ref<const Json::object_t&>();  // throws for anything but an object
    Reader members{source};
    visit_members(members);
  }
  template <class T>
  static void read(const Json& source, T& value) {
    if constexpr (requires(Reader & reader) { visit_fields(reader, value); }) {
      visit_object(source, [&](Reader& members) { visit_fields(members, value); });
    } else {
      source.get_to(value);
    }
  }
  static void read(const Json& source, LevelSource& value) {
    value = source_from_name(source.get<std::string>());
  }
  static void read(const Json& source, std::optional<std::int64_t>& value) {
    value = source.get<std::int64_t>();
  }
  static void read(const Json& source, std::optional<EarInterval>& interval) {
    interval = EarInterval{source.at(0).get<float>(), source.at(1).get<float>()};
  }
  static void read(const Json& source, std::optional<LiveSummary>& live) {
    read(source, live.emplace());
  }
  static void read(const Json& source, std::optional<LoopSummary>& loop) {
    read(source, loop.emplace());
  }
  static void read(const Json& source, Options& options) {
    for (const auto& [name, value] : source.get_ref<const Json::object_t&>()) {
      options.emplace_back(name, value.get<std::string>());
    }
  }
  template <class T>
  static void read(const Json& source, std::vector<T>& values) {
    for (const Json& item : source.get_ref<const Json::array_t&>())
      read(item, values.emplace_back());
  }
};

/// Of files of earlier versions: one source of both eyes.
void read_common_sources(const Json& root, Calibration& calibration) {
  Reader{root}.object("calibration", [&](Reader& read) {
    for (const Eye eye : kEyes) {
      read("open_source", calibration.open_origin[eye].source);
      read("closed_source", calibration.closed_origin[eye].source);
    }
  });
}

void check_format(const Json& root) {
  std::string format;
  int version = kSessionFormatVersion;
  Reader read{root};
  read("format", format);
  read("format_version", version);
  if (format != kSessionFormat) {
    throw InputError(
        fmt::format("found the format \"{}\", expected \"{}\"", format, kSessionFormat));
  }
  if (version > kSessionFormatVersion) {
    throw InputError(fmt::format(
        "found format version {}, expected at most {}", version, kSessionFormatVersion));
  }
}

constexpr const char* kExpected = "a session.json written by eyelid";

SessionSummary summary_in(const Json& root, const std::string& place) {
  try {
    check_format(root);
    SessionSummary summary;
    read_common_sources(root, summary.closure.calibration);
    Reader reader{root};
    visit_fields(reader, summary);
    return summary;
  } catch (const InputError& error) {
    throw InputError(place + ": " + error.what());
  }
}

}  // namespace

std::string session_json(const SessionSummary& summary) {
  Json root = {{"format", kSessionFormat},
               {"format_version", kSessionFormatVersion},
               {"eyelid_version", kVersion}};
  Writer writer{root};
  visit_fields(writer, summary);
  return files::json_text(root, 2) + "\n";
}

std::string session_json_with_files(const std::filesystem::path& path,
                                    std::span<const std::string> removed,
                                    const std::map<std::string, std::string>& added) {
  Json root = files::read_json_object<Json>(path, kExpected);
  if (!root["run"].is_object()) root["run"] = Json::object();
  if (!root["run"]["sha256"].is_object()) root["run"]["sha256"] = Json::object();
  Json& hashes = root["run"]["sha256"];
  for (const std::string& name : removed) hashes.erase(name);
  for (const auto& [name, sha256] : added) hashes[name] = sha256;
  return files::json_text(root, 2) + "\n";
}

void write_session_json(const std::filesystem::path& path, const SessionSummary& summary) {
  files::write_file(path, session_json(summary));
}

SessionSummary read_session_json(const std::filesystem::path& path) {
  return summary_in(files::read_json_object<Json>(path, kExpected), path.string());
}

SessionSummary session_from_json(std::string_view text, const std::string& place) {
  return summary_in(files::parse_json_object<Json>(text, place, kExpected), place);
}

}  // namespace eyelid::tables
