// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <optional>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// Slack of every comparison with a limit: 0.3 - 0.2 is not more than 0.1.
inline constexpr double kRounding = 1e-9;

/// What is known of a response before its onset is searched.
struct ResponseFigures {
  double amplitude = 0.0;      // above baseline, in FEC (not divided)
  double window_from_s = 0.0;  // of the CR, after an alpha response
  double peak_s = 0.0;         // of the flank: the US at the latest
};

/// Time of CR onset by the preset's method; nothing when there is none, or the method is a fit
/// (rise_onset.hpp).
std::optional<double> onset_of(const EyeTrace& eye,
                               const StimulusTimes& times,
                               const BaselineFigures& baseline,
                               const ResponseFigures& response,
                               const Preset& preset);

/// The highest of these levels that is on (not NaN), at least 0.
double highest_level(std::initializer_list<double> levels);

/// Time of the first sample of `range` with more than `level` above baseline.
std::optional<double> first_crossing(const EyeTrace& eye,
                                     SampleRange range,
                                     double baseline,
                                     double level);
/// Of the first sample from `from_s` to before `to_s` with more than `level` above baseline.
std::optional<double> first_crossing(
    const EyeTrace& eye, double from_s, double to_s, double baseline, double level);

}  // namespace eyelid::conditioning
