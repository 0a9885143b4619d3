// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/closure_session.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/video/time_line.hpp"

namespace eyelid::pipeline {
namespace {

void check(const ClosureRequest& request) {
  const std::size_t frames = request.time_s.size();
  if (frames == 0) throw InputError(request.name + ": no frame, expected at least one time");
  for (const Eye eye : kEyes) {
    const std::size_t values = request.ear[eye].size();
    if (values == frames || values == 0) continue;
    throw InputError(
        fmt::format("{}: {} aspect ratios of the {} eye for {} times; expected one each",
                    request.name,
                    values,
                    name_of(eye),
                    frames));
  }
  if (request.ear.right.empty() && request.ear.left.empty()) {
    throw InputError(request.name + ": no aspect ratios, expected those of one eye or both");
  }
}

}  // namespace

TrackedSession closure_session(const ClosureRequest& request,
                               const SessionResults::Progress& progress) {
  check(request);
  auto run = std::make_unique<files::RunFolder>(request.folder, files_of_session());
  SessionSummary summary;
  summary.run.id = files::unpredictable_letters() + files::unpredictable_letters();
  summary.source.path = request.name;
  summary.source.kind = "aspect ratios";
  summary.source.clock = "given times";
  summary.source.frames_per_second = video::rate_of_stamps(request.time_s);
  const Stopwatch stopwatch;
  std::optional<Eye> eye;
  if (request.ear.left.empty()) eye = Eye::Right;
  if (request.ear.right.empty()) eye = Eye::Left;
  SessionResults results(*run, request.options, eye, std::nullopt, request.observer);
  for (std::size_t i = 0; i < request.time_s.size(); ++i) {
    FrameMeasurement measurement;
    measurement.frame = static_cast<std::int64_t>(i);
    measurement.time_s = request.time_s[i];
    for (const Eye one : kEyes) {
      if (request.ear[one].empty()) continue;
      measurement.ear[one] = request.ear[one][i];
      measurement.trusted_eyes[one] = std::isfinite(measurement.ear[one]);
    }
    results.add(measurement);
  }
  results.analyze(summary, request.conditions, progress);
  summary.wall_s = stopwatch.seconds();
  summary.frames_per_second = static_cast<double>(summary.closure.frames) / summary.wall_s;
  summary.run.recording.frames = summary.closure.frames;
  summary.run.sha256 = run->hashes();
  tables::write_session_json(run->staged("session.json"), summary);
  return {std::move(summary), std::move(run)};
}

}  // namespace eyelid::pipeline
