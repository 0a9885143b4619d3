// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_flags.hpp"

#include <cmath>

namespace eyelid::conditioning {
namespace {

bool is_of(const Blink& blink, ScoredEye eye) {
  return eye == ScoredEye::Mean || (eye == ScoredEye::Right) == (blink.eye == Eye::Right);
}

bool is_spontaneous(const Blink& blink, const StimulusTimes& times) {
  const bool reaches_in = blink.onset_s < times.cs_s && blink.offset_s > times.cs_s;
  const bool is_over = blink.onset_s >= times.cs_s && blink.offset_s < times.us_s;
  return reaches_in || (is_over && blink.kind == BlinkKind::Full);
}

}  // namespace

void flag_spontaneous_blinks(std::span<const Blink> blinks, SessionScores& session) {
  for (std::size_t i = 0; i < session.scores.size(); ++i) {
    TrialScore& score = session.scores[i];
    if (!score.trial.cs_onset_s) continue;
    const StimulusTimes& times = session.times[i / kScoredEyes.size()];
    for (const Blink& blink : blinks) {
      if (is_of(blink, score.eye) && is_spontaneous(blink, times)) {
        score.add_flag(trial_flag::kSpontaneousBlink);
      }
    }
  }
}

}  // namespace eyelid::conditioning
