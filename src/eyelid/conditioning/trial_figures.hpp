// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// Adds to a scored trial what its verdict does not need: the greatest closing velocity from the
/// start of the CR window (the CS, where the preset places the window by the US) to the US, as the
/// rise over 20 ms; the time of the peak relative to the US; the UR above the level before the US.
void add_figures(const EyeTrace& eye,
                 const StimulusTimes& times,
                 const Preset& preset,
                 TrialScore& score);

/// The verdict of the same rule on the time right before the CS, one ISI earlier: its window ends
/// at the CS. What it calls a CR there, still closed at the CS, is spontaneous. Nothing where the
/// baseline of that time would reach to within a second of `previous_s`, the last stimulus of the
/// trial before.
std::optional<Verdict> verdict_before_cs(const EyeTrace& eye,
                                         const Trial& trial,
                                         const StimulusTimes& times,
                                         const Preset& preset,
                                         const SessionLimits& limits,
                                         double previous_s);

}  // namespace eyelid::conditioning
