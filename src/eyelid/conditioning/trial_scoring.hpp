// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/conditioning/eye_trace.hpp"
#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// Limits that follow from all trials of a session; kOff where the preset has no such rule.
struct SessionLimits {
  double scale = 1.0;         // amplitudes are divided by this
  double baseline = kOff;     // of all trials, where the preset has one for the session
  double sd_limit = kOff;     // SD before the CS above this: rejected
  double above_limit = kOff;  // a closure before the CS above this: rejected
  double below_limit = kOff;  // a closure under baseline + this: rejected
};

/// Level before the stimuli.
struct BaselineFigures {
  SampleRange range;
  double level = kNoFigure;
  double sd = kNoFigure;
};

/// Baseline of a trial as the preset defines it; level kNoFigure without a sample.
BaselineFigures baseline_of(const EyeTrace& eye, const StimulusTimes& times, const Preset& preset);

/// Scores one trial of one eye: verdict with reason, and every figure of TrialScore that the trace
/// gives, also for trials without a CR and rejected ones.
TrialScore score_trial(const EyeTrace& eye,
                       const Trial& trial,
                       const StimulusTimes& times,
                       const Preset& preset,
                       const SessionLimits& limits);

}  // namespace eyelid::conditioning
