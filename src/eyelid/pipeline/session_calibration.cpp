// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/session_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "eyelid/closure/level_warnings.hpp"
#include "eyelid/conditioning/trial_calibration.hpp"

namespace eyelid::pipeline {
namespace {

bool is_measured(const conditioning::SessionTrace& trace, ScoredEye eye) {
  return std::ranges::any_of(trace.fec(eye), [](double fec) { return std::isfinite(fec); });
}

bool has_eyes(const conditioning::SessionTrace& trace) {
  return is_measured(trace, ScoredEye::Right) || is_measured(trace, ScoredEye::Left);
}

}  // namespace

void take_known(const Calibration& given, Calibration& conditions) {
  const auto take = [](const std::string& from, std::string& to) {
    if (!from.empty()) to = from;
  };
  take(given.date, conditions.date);
  take(given.subject, conditions.subject);
  take(given.glasses, conditions.glasses);
  take(given.camera, conditions.camera);
  take(given.distance, conditions.distance);
}

Calibration closure_as_its_scale(const conditioning::SessionTrace& trace) {
  Calibration scale;
  for (const Eye eye : kEyes) {
    scale.open_origin[eye] =
        scale.closed_origin[eye] = {LevelSource::Estimated, {}, "the scale of the trace"};
  }
  if (!has_eyes(trace) || is_measured(trace, ScoredEye::Right)) scale.levels.right = {1.0f, 0.0f};
  if (!has_eyes(trace) || is_measured(trace, ScoredEye::Left)) scale.levels.left = {1.0f, 0.0f};
  return scale;
}

Calibration calibration_from_trials(Calibration calibration,
                                    const conditioning::SessionTrace& trace,
                                    std::span<const TrialRow> rows,
                                    std::vector<std::string>& warnings) {
  const bool is_one_closure = !has_eyes(trace);
  for (const Eye eye : kEyes) {
    EyeLevels& levels = calibration.levels[eye];
    if (!are_usable(levels)) continue;
    const ScoredEye own = eye == Eye::Right ? ScoredEye::Right : ScoredEye::Left;
    const ScoredEye source = is_one_closure ? ScoredEye::Mean : own;
    const conditioning::TrialLevels found = conditioning::levels_from_trials(trace, source, rows);
    levels = conditioning::calibrated(levels, found, source);
    calibration.open_origin[eye] = {
        LevelSource::Measured, {}, fmt::format("at rest before {} CS", found.rest_trials)};
    if (found.us_trials >= conditioning::kMinUsTrials) {
      calibration.closed_origin[eye] = {
          LevelSource::Measured, {}, fmt::format("the reflex to {} US", found.us_trials)};
    } else if (!(is_one_closure && eye == Eye::Left)) {
      warnings.push_back(std::string(name_of(source)) +
                         " eye: too few trials with a US, the closed level stays that of the "
                         "recording");
    }
  }
  return calibration;
}

std::vector<std::string> warnings_of_track(const SessionSummary& tracked,
                                           const Calibration& scored_with,
                                           std::span<const TrialRow> rows) {
  const std::vector<std::string> of_track = closure::level_warnings(tracked.closure.calibration);
  std::vector<std::string> of_levels = closure::level_warnings(scored_with);
  const bool has_other_levels = of_levels != of_track;
  std::vector<std::string> warnings;
  for (const std::string& warning : tracked.warnings) {
    if (has_other_levels && std::ranges::find(of_track, warning) != of_track.end()) continue;
    warnings.push_back("track: " + warning);
  }
  if (has_other_levels) std::ranges::move(of_levels, std::back_inserter(warnings));
  const bool is_estimated = std::ranges::any_of(kEyes, [&](Eye eye) {
    return scored_with.closed_origin[eye].source == LevelSource::Estimated;
  });
  const auto us_trials = std::ranges::count_if(
      rows, [](const TrialRow& row) { return row.trial.us_onset_s.has_value(); });
  if (is_estimated && us_trials >= conditioning::kMinUsTrials) {
    warnings.push_back(
        fmt::format("a closed level is estimated, and {} trials have a US: "
                    "--calibrate-from-trials measures it by the reflex",
                    us_trials));
  }
  return warnings;
}

}  // namespace eyelid::pipeline
