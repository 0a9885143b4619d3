// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// Grades a CR by its time, and flags it where it looks voluntary.
///
/// `at_us`: the lid is still closed when the US comes, as a CR is timed: `amplitude_at_us` exceeds
/// the criterion and 40 % of the peak before the US. A closure that has opened by most of its peak
/// and only dies away there is none, as the tail of a startle. Windows that begin relative to the
/// US ask for that already.
///
/// `voluntary_suspect`: abrupt, complete, and held until the US, in the manner of the voluntary
/// form of Spence & Ross (J. Exp. Psychol. 58, 1959); the limits are ours.
///
/// `score` has its verdict, amplitudes, and onset; `window_from_s` is when the CR window begins,
/// after an alpha response; `scale` divides closures.
void grade_timing(const EyeTrace& eye,
                  const StimulusTimes& times,
                  const Preset& preset,
                  double window_from_s,
                  double scale,
                  TrialScore& score);

}  // namespace eyelid::conditioning
