// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// Two paired trials, each with a CR at the US in all three traces.
inline std::vector<TrialScore> two_trials() {
  std::vector<TrialScore> scores;
  for (int number = 1; number <= 2; ++number) {
    for (const ScoredEye eye : kScoredEyes) {
      TrialScore score;
      score.trial = {number, 2.0 * number, 2.0 * number + 0.4, TrialType::Paired};
      score.eye = eye;
      score.verdict = Verdict::Cr;
      score.cr_grade = CrGrade::AtUs;
      score.reason = "amplitude 0.2, \"more\" than 0.1";
      score.cr_amplitude = 0.2;
      scores.push_back(score);
    }
  }
  return scores;
}

}  // namespace eyelid::tables
