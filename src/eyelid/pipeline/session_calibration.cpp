// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/session_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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
  if (!has_eyes(trace) || is_measured(trace, ScoredEye::Right)) scale.levels.right = {1.0f, 0.0f};
  if (!has_eyes(trace) || is_measured(trace, ScoredEye::Left)) scale.levels.left = {1.0f, 0.0f};
  return scale;
}

Calibration calibration_from_trials(Calibration calibration,
                                    const conditioning::SessionTrace& trace,
                                    std::span<const TrialRow> rows,
                                    std::vector<std::string>& warnings) {
  const bool is_one_closure = !has_eyes(trace);
  for (const auto& [eye, levels] : {std::pair(ScoredEye::Right, &calibration.levels.right),
                                    std::pair(ScoredEye::Left, &calibration.levels.left)}) {
    if (!are_usable(*levels)) continue;
    const ScoredEye source = is_one_closure ? ScoredEye::Mean : eye;
    const conditioning::TrialLevels found = conditioning::levels_from_trials(trace, source, rows);
    *levels = conditioning::calibrated(*levels, found, source);
    if (found.us_trials < 3 && !(is_one_closure && eye == ScoredEye::Left)) {
      warnings.push_back(std::string(name_of(source)) +
                         " eye: too few trials with a US, the closed level is that of the "
                         "recording's full blinks");
    }
  }
  calibration.open_source = calibration.closed_source = LevelSource::Measured;
  return calibration;
}

}  // namespace eyelid::pipeline
