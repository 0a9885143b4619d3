// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/condition_figures.hpp"

#include <gtest/gtest.h>

namespace eyelid::conditioning {
namespace {

// Tone trials alternate with light trials; every tone trial has a CR. `id` differs in all.
std::vector<TrialScore> forty_trials() {
  std::vector<TrialScore> scores;
  for (int number = 1; number <= 40; ++number) {
    const bool is_tone = number % 2 == 0;
    for (const ScoredEye eye : kScoredEyes) {
      TrialScore score;
      score.trial.number = number;
      score.trial.cs_onset_s = 2.0 * number;
      score.trial.type = TrialType::CsOnly;
      score.trial.conditions = {
          {"modality", is_tone ? "tone" : "light"}, {"id", std::to_string(number)}, {"room", "A"}};
      score.eye = eye;
      score.verdict = is_tone ? Verdict::Cr : Verdict::NoCr;
      score.cr_grade = is_tone ? CrGrade::AtUs : CrGrade::None;
      if (number == 1) score.verdict = Verdict::Rejected;
      score.cr_amplitude = is_tone ? 0.5 : 0.02;
      scores.push_back(score);
    }
  }
  return scores;
}

TEST(ConditionFigures, SplitByColumnsWithAFewValues) {
  const std::vector<ConditionFigures> figures = figures_by_condition(forty_trials());
  ASSERT_EQ(figures.size(), 6u);  // modality only: id has 40 values, room has one
  const ConditionFigures& light = figures[2];
  EXPECT_EQ(light.condition, "modality");
  EXPECT_EQ(light.value, "light");
  EXPECT_EQ(light.eye, ScoredEye::Mean);
  EXPECT_EQ(light.trials, 20);
  EXPECT_EQ(light.judged, 19);
  EXPECT_EQ(light.rejected, 1);
  EXPECT_DOUBLE_EQ(light.percent, 0.0);
  EXPECT_DOUBLE_EQ(figures[5].percent, 100.0);
  EXPECT_DOUBLE_EQ(figures[5].amplitude_mean, 0.5);
}

}  // namespace
}  // namespace eyelid::conditioning
