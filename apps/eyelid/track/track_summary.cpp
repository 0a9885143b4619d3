// SPDX-License-Identifier: MIT
#include "apps/eyelid/track/track_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "apps/command_line/json_output.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::app {
namespace {

std::string level(float ear) { return std::isfinite(ear) ? fmt::format("{:.3f}", ear) : "-"; }

const char* source_of(LevelSource source) {
  switch (source) {
    case LevelSource::Measured:
      return "measured";
    case LevelSource::Population:
      return "population";
    case LevelSource::File:
      return "from file";
  }
  return "";
}

void print_levels(const Calibration& calibration) {
  fmt::print("  EAR open / closed    right {} / {}   left {} / {}   (open {}, closed {})\n",
             level(calibration.levels.right.open_ear),
             level(calibration.levels.right.closed_ear),
             level(calibration.levels.left.open_ear),
             level(calibration.levels.left.closed_ear),
             source_of(calibration.open_source),
             source_of(calibration.closed_source));
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
  fmt::print("  valid                {:.1f} %   interpolated {}   intervals without a face {}\n",
             100.0 * valid_share,
             summary.closure.interpolated_frames,
             summary.closure.face_lost_intervals);
  const SourceReport& decoding = summary.source_report;
  fmt::print("  decoding             first frame at {:.3f} s   damaged {}   suspect {}\n",
             decoding.first_stamp_s,
             decoding.damaged_frames,
             decoding.suspect_frames);
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

nlohmann::ordered_json summary_json(std::string_view command, const SessionSummary& summary) {
  nlohmann::ordered_json json = json_head(command);
  json["session"] = nlohmann::ordered_json::parse(tables::session_json(summary));
  return json;
}

}  // namespace eyelid::app
