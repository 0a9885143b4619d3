// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/conditioning/trial_check.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// All trials of a session, scored on all three traces.
struct SessionScores {
  std::vector<TrialScore> scores;    // trial by trial: right, left, mean
  std::vector<StimulusTimes> times;  // one per trial; blank trials: both kNoFigure
  std::vector<TrialProblem> unscorable;
  std::vector<std::string> warnings;
  double isi_s = 0.0;
};

/// What scoring, the report, and a calibration from trials see of a recording, for SessionTrace: in
/// order of time, apart from each other.
std::vector<TimeSpan> spans_of_trials(std::span<const TrialRow> rows, const Preset& preset);

/// Segments the trace around each trial by time stamps and scores it by the preset. Every row of
/// `rows` is returned, rejected ones with their reason.
///
/// `file` names the trials in errors. Throws InputError that lists every fault of the file
/// (trial_check.hpp), or says that the trace is empty or too slow for the windows of the preset.
SessionScores score_session(const SessionTrace& trace,
                            std::span<const TrialRow> rows,
                            const Preset& preset,
                            const std::string& file = "trials");

}  // namespace eyelid::conditioning
