// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "eyelid/core/trial.hpp"

namespace eyelid::conditioning {

/// Trials as the published scripts hold them: one row of samples each, all with the CS and the US
/// (or where they would be) at the same sample.
struct SourceSession {
  double step_s = 0.0;
  std::size_t cs = 0;  // sample, 0-based
  std::size_t us = 0;
  std::vector<std::vector<double>> rows;
  std::vector<TrialType> types;

  double isi_s() const { return step_s * static_cast<double>(us - cs); }
};

enum class SourceVerdict { NoCr, Cr, Alpha, Rejected };

struct SourceResult {
  SourceVerdict verdict = SourceVerdict::NoCr;
  double onset_ms = std::numeric_limits<double>::quiet_NaN();  // after the CS
};

// The rules of published scripts, written again from their text: in samples and for the script's
// frame rate, without any code of this library. One result per row, also of US-alone trials.
std::vector<SourceResult> by_heiney2014(const SourceSession& session);    // 200/s
std::vector<SourceResult> by_neuroblinks(const SourceSession& session);   // 200/s
std::vector<SourceResult> by_fernando(const SourceSession& session);      // 3 ms a frame
std::vector<SourceResult> by_medina(const SourceSession& session);        // 200/s
std::vector<SourceResult> by_badura(const SourceSession& session);        // 250/s
std::vector<SourceResult> by_dutch5pct(const SourceSession& session);     // 200/s
std::vector<SourceResult> by_blinkcheck(const SourceSession& session);    // 200/s
std::vector<SourceResult> by_najafi_short(const SourceSession& session);  // 250/s
std::vector<SourceResult> by_najafi_long(const SourceSession& session);
std::vector<SourceResult> by_emg5sd(const SourceSession& session);          // 1000/s
std::vector<SourceResult> by_blinklab_human(const SourceSession& session);  // 60/s

}  // namespace eyelid::conditioning
