// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// Problems of the trials of a file, and what follows from them.
struct TrialCheck {
  std::vector<TrialProblem> faults;      // the file must be corrected: nothing is scored
  std::vector<TrialProblem> unscorable;  // these trials are rejected with this reason
  std::vector<std::string> warnings;
  double isi_s = 0.0;  // of trials that lack an onset
};

/// CS to US of trials that lack an onset: the preset's, else the median of those that have both.
double isi_of(std::span<const TrialRow> rows, const Preset& preset);

/// Longest frame interval at which the means and medians of the preset have two samples: half of
/// its shortest window of a fixed length, seconds.
double longest_frame_interval_s(const Preset& preset);

/// Checks for common mistakes in trial files: US before CS, rows out of order or twice, times in
/// milliseconds or frames (faults); trials outside the recording or beyond their clip or
/// overlapping the next (those trials are rejected); an ISI that varies, a CR window that
/// passes the US (warnings). Every problem names row and trial.
TrialCheck check_trials(std::span<const TrialRow> rows,
                        const SessionTrace& trace,
                        const Preset& preset);

/// One line per problem, "FILE:LINE: trial N: ...", at most 20 of them and how many more there are.
std::string listed(const std::string& file, std::span<const TrialProblem> problems);

}  // namespace eyelid::conditioning
