// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/calibration.hpp"

namespace eyelid::conditioning {

/// Trials with a US that tell a closed level.
inline constexpr int kMinUsTrials = 3;

/// Closure of one eye at rest and in full closure, by its trials; 0 and 1 with a perfect
/// calibration.
struct TrialLevels {
  double rest = kNoFigure;  // FEC: median of the trials' quiet stretches before the CS
  /// FEC: median of the deeper half of the peak closures after the US.
  double closed = kNoFigure;
  int rest_trials = 0;
  int us_trials = 0;
};

/// Levels from trials: open from the 500 ms before each CS (their quiet end, as `human`), closed
/// from the 300 ms after each US. Partial reflexes do not count: only the deeper half.
TrialLevels levels_from_trials(const SessionTrace& trace,
                               ScoredEye eye,
                               std::span<const TrialRow> rows);

/// `levels` moved so that `found.rest` becomes 0 and `found.closed` 1. The closed level stays where
/// it is when fewer than kMinUsTrials had a US. FEC is linear in EAR, so this needs no EAR.
/// Throws InputError when fewer than 5 trials show the eye at rest, or rest and closure lie less
/// than 0.2 apart.
EyeLevels calibrated(const EyeLevels& levels, const TrialLevels& found, ScoredEye eye);

/// The FEC that `now` gives to an EAR which is `fec` by `before`.
double recalibrated(double fec, const EyeLevels& before, const EyeLevels& now);

/// Sentences where a calibration of other conditions was used: each condition that both sides name
/// and that differs, and levels at rest and in closure that do not fit (off by over 0.1 and 0.2).
std::vector<std::string> calibration_mismatches(const Calibration& used,
                                                const Calibration& recording,
                                                const TrialLevels& right,
                                                const TrialLevels& left);

}  // namespace eyelid::conditioning
