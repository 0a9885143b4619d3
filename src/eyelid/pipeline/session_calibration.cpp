// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/session_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

}  // namespace eyelid::pipeline
