// SPDX-License-Identifier: MIT
#include "apps/eyelid/track/track_summary.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/terminal_table.hpp"
#include "apps/command_line/track_progress.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::app {
namespace {

std::string level_text(float ear, const LevelOrigin& origin) {
  std::string text = fmt::format("{} {}", cell(ear, 3), name_of(origin.source));
  if (origin.interval) {
    text += fmt::format(" ({:.3f} .. {:.3f})", origin.interval->low, origin.interval->high);
  }
  return text;
}

void print_levels(const Calibration& calibration) {
  for (const Eye eye : kEyes) {
    const EyeLevels& levels = calibration.levels[eye];
    fmt::print("  EAR {:<16} open {}   closed {}\n",
               std::string(name_of(eye)) + " eye",
               level_text(levels.open_ear, calibration.open_origin[eye]),
               level_text(levels.closed_ear, calibration.closed_origin[eye]));
  }
}

/// Where a single eye was measured: without a face, or in half of one.
void print_one_eye(const SessionSummary& summary) {
  const auto option = [&](std::string_view name) -> std::string_view {
    for (const auto& [key, value] : summary.options) {
      if (key == name) return value;
    }
    return {};
  };
  if (!option("cut edge").empty()) {
    fmt::print("  half a face          the {} edge of the picture cuts it ({})\n",
               option("cut edge"),
               option("cut edge source"));
  }
  if (option("eye box").empty()) return;
  fmt::print("  one eye close up     {}, {} at {}\n",
             option("eye"),
             option("eye box source"),
             option("eye box"));
}

void print_live(const LiveSummary& live) {
  fmt::print("  camera               {}; {}\n", live.camera, live.ended);
  fmt::print(
      "  camera's frames      {} at {:.2f}/s   lost {}   incomplete {}   overrun {}   hurried {}   "
      "recorded {}\n",
      live.frames,
      live.measured_frames_per_second,
      live.lost,
      live.incomplete,
      live.overrun,
      live.hurried,
      live.recorded);
  fmt::print("  arrival to FEC       p50 {:.3f} ms   p99 {:.3f}   max {:.3f}   ({})\n",
             live.latency.p50_ms,
             live.latency.p99_ms,
             live.latency.max_ms,
             live.priority);
  if (live.measured_later > 0) {
    fmt::print("  measured at the end  {} frames that were overrun or hurried\n",
               live.measured_later);
  }
  if (live.output_latency.count > 0) {
    fmt::print("  arrival to output    p50 {:.3f} ms   p99 {:.3f}   max {:.3f}   ({} times)\n",
               live.output_latency.p50_ms,
               live.output_latency.p99_ms,
               live.output_latency.max_ms,
               live.output_latency.count);
  }
  if (!live.loop) return;
  fmt::print("  decision to light    p50 {:.2f} ms   max {:.2f}   frames:",
             live.loop->latency.p50_ms,
             live.loop->latency.max_ms);
  for (std::size_t i = 0; i < live.loop->frames.size(); ++i) {
    if (live.loop->frames[i] > 0) fmt::print(" {} x {},", live.loop->frames[i], i);
  }
  fmt::print(" {} unseen\n", live.loop->unseen);
}

}  // namespace

void print_summary(const SessionSummary& summary, const std::filesystem::path& folder) {
  const double valid_share = summary.closure.frames > 0
                                 ? static_cast<double>(summary.closure.valid_frames) /
                                       static_cast<double>(summary.closure.frames)
                                 : 0.0;
  fmt::print("{}: {} frames, {:.2f} s\n",
             summary.source.path,
             summary.closure.frames,
             summary.closure.duration_s);
  fmt::print("  valid                {:.1f} %   interpolated {}   intervals without face {}\n",
             100.0 * valid_share,
             summary.closure.interpolated_frames,
             summary.closure.face_lost_intervals);
  const SourceReport& decoding = summary.source_report;
  fmt::print("  decoding             first frame at {:.3f} s   damaged {}   suspect {}\n",
             decoding.first_stamp_s,
             decoding.damaged_frames,
             decoding.suspect_frames);
  fmt::print("  time                 {:g} frames/s, from: {}   gaps {} ({} frames)   repaired {}\n",
             summary.source.frames_per_second,
             summary.source.clock,
             decoding.timestamp_gaps,
             decoding.missing_frames,
             decoding.repaired_timestamps);
  print_one_eye(summary);
  if (summary.live) print_live(*summary.live);
  print_levels(summary.closure.calibration);
  fmt::print("  blinks               right {}   left {}\n",
             summary.closure.blinks.right,
             summary.closure.blinks.left);
  fmt::print("  speed                {:.0f} frames/s ({:.1f} s, {})\n",
             summary.frames_per_second,
             summary.wall_s,
             summary.device);
  for (const StageTime& stage : summary.stages) {
    if (stage.calls == 0) continue;
    fmt::print("    {:<18} p50 {:7.3f} ms   p95 {:7.3f}   p99 {:7.3f}   {} calls\n",
               stage.stage,
               stage.p50_ms,
               stage.p95_ms,
               stage.p99_ms,
               stage.calls);
  }
  fmt::print("  results in           {}\n", folder.string());
  std::fflush(stdout);
  for (const std::string& warning : summary.warnings) {
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
  }
}

SessionSummary track_and_print(pipeline::TrackRequest request, const std::filesystem::path& json) {
  if (!json.empty()) request.added_outputs.push_back(json);
  std::optional<TrackBars> bars(std::in_place);
  const pipeline::TrackedSession session = pipeline::track_session(
      request,
      [&](pipeline::TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total) {
        bars->update(phase, done, total);
      });
  bars.reset();
  if (!json.empty()) {
    session.run->add(json, json_text(summary_json("track", session.summary)));
  }
  session.run->commit();
  print_summary(session.summary, request.folder);
  return session.summary;
}

nlohmann::ordered_json summary_json(std::string_view command, const SessionSummary& summary) {
  nlohmann::ordered_json json = json_head(command);
  json["session"] = nlohmann::ordered_json::parse(tables::session_json(summary));
  return json;
}

}  // namespace eyelid::app
