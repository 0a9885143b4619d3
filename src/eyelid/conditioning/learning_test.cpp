// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/learning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

TrialScore score_of(int number, Verdict verdict, double amplitude) {
  TrialScore score;
  score.trial = {number, number * 10.0, number * 10.0 + 0.4, TrialType::Paired};
  score.verdict = verdict;
  score.cr_amplitude = amplitude;
  if (verdict == Verdict::Cr) {
    score.cr_grade = CrGrade::AtUs;
    score.cr_onset_ms = 200.0 + number;
  }
  return score;
}

TEST(Learning, BlocksHoldJudgedTrialsOnly) {
  std::vector<TrialScore> scores;
  for (int n = 1; n <= 25; ++n) {
    const Verdict verdict = n == 3 ? Verdict::Rejected : n > 12 ? Verdict::Cr : Verdict::NoCr;
    scores.push_back(score_of(n, verdict, n > 12 ? 0.5 : 0.0));
  }
  const SessionLearning learning = learning_of(scores, ScoredEye::Mean, {80.0, 10, 1});
  EXPECT_EQ(learning.trials, 25);
  EXPECT_EQ(learning.judged, 24);
  EXPECT_EQ(learning.rejected, 1);
  EXPECT_EQ(learning.crs, 13);
  ASSERT_EQ(learning.blocks_of_10.size(), 3u);
  EXPECT_EQ(learning.blocks_of_10[0].last_trial, 11) << "trial 3 does not count";
  EXPECT_DOUBLE_EQ(learning.blocks_of_10[1].percent, 90.0);
  EXPECT_DOUBLE_EQ(learning.blocks_of_10[1].amplitude, 0.45);
  EXPECT_EQ(learning.blocks_of_10[2].judged, 4);
  EXPECT_EQ(learning.blocks_of_20.size(), 2u);
  EXPECT_EQ(learning.blocks_of_100.size(), 1u);
  // Judged trials 12 .. 19 are CRs 1 .. 8: 8 of the last 10 at the 19th.
  EXPECT_EQ(learning.trials_to_criterion, 19);
}

TEST(Learning, APersonsVerdictCounts) {
  std::vector<TrialScore> scores{score_of(1, Verdict::Cr, 0.5), score_of(2, Verdict::Cr, 0.5)};
  scores[0].label = Verdict::NoCr;
  const SessionLearning learning = learning_of(scores, ScoredEye::Mean, {80.0, 10, 1});
  EXPECT_EQ(learning.crs, 1);
  EXPECT_EQ(learning.overruled, 1);
  EXPECT_DOUBLE_EQ(learning.percent, 50.0);
}

TEST(Learning, APersonsRejectionLeavesEveryFigureOfTheTrial) {
  std::vector<TrialScore> scores{score_of(1, Verdict::Cr, 0.5), score_of(2, Verdict::Cr, 0.7)};
  scores[0].ur_peak = 1.0;
  scores[1].ur_peak = 0.2;
  EXPECT_DOUBLE_EQ(learning_of(scores, ScoredEye::Mean, {80.0, 10, 1}).ur_peak_mean, 0.6);
  scores[1].label = Verdict::Rejected;
  const SessionLearning learning = learning_of(scores, ScoredEye::Mean, {80.0, 10, 1});
  EXPECT_EQ(learning.judged, 1);
  EXPECT_DOUBLE_EQ(learning.ur_peak_mean, 1.0);
  scores[0].verdict = Verdict::Rejected;
  scores[0].label = Verdict::Cr;
  EXPECT_DOUBLE_EQ(learning_of(scores, ScoredEye::Mean, {80.0, 10, 1}).ur_peak_mean, 1.0)
      << "a person may also keep what the program rejects";
}

TEST(Learning, PercentMayBeOfAllTrialsWithACs) {
  const std::vector<TrialScore> scores{score_of(1, Verdict::Cr, 0.5),
                                       score_of(2, Verdict::NoCr, 0.0),
                                       score_of(3, Verdict::Rejected, 0.0),
                                       score_of(4, Verdict::Rejected, 0.0)};
  EXPECT_DOUBLE_EQ(learning_of(scores, ScoredEye::Mean, {80.0, 10, 1, false}).percent, 50.0);
  EXPECT_DOUBLE_EQ(learning_of(scores, ScoredEye::Mean, {80.0, 10, 1, true}).percent, 25.0);
}

TEST(Learning, EyesAreKeptApart) {
  std::vector<TrialScore> scores{score_of(1, Verdict::Cr, 0.5), score_of(1, Verdict::NoCr, 0.0)};
  scores[1].eye = ScoredEye::Left;
  EXPECT_EQ(learning_of(scores, ScoredEye::Left, {}).crs, 0);
  EXPECT_EQ(learning_of(scores, ScoredEye::Mean, {}).crs, 1);
}

TEST(Learning, TheSessionOfASubjectIsTheUnitOfTheSem) {
  std::vector<SessionLearning> sessions;
  std::vector<std::vector<bool>> verdicts;
  const auto add = [&](const char* subject, const char* phase, int number, double percent) {
    SessionLearning session;
    session.subject = subject;
    session.phase = phase;
    session.session = number;
    session.percent = percent;
    session.amplitude_mean = percent / 100.0;
    sessions.push_back(session);
    verdicts.emplace_back(10, percent >= 80.0);
  };
  add("a", "acquisition", 1, 20.0);
  add("b", "acquisition", 1, 40.0);
  add("c", "acquisition", 1, 60.0);
  add("a", "acquisition", 2, 80.0);
  add("b", "acquisition", 2, 85.0);
  add("a", "acquisition", 3, 90.0);
  add("a", "extinction", 1, 30.0);
  const LearningSummary summary = summarize_learning(sessions, verdicts, {80.0, 10, 2});
  ASSERT_EQ(summary.points.size(), 4u);
  EXPECT_DOUBLE_EQ(summary.points[0].percent_mean, 40.0);
  // SD of 20, 40, 60 is 20; SEM 20 / sqrt 3.
  EXPECT_NEAR(summary.points[0].percent_sem, 20.0 / std::sqrt(3.0), 1e-12);
  // Of all means of three draws from 20, 40, 60, the lowest 1/27 are 20 and the highest 60.
  EXPECT_NEAR(summary.points[0].percent_ci_low, 20.0, 1e-9);
  EXPECT_NEAR(summary.points[0].percent_ci_high, 60.0, 1e-9);
  EXPECT_EQ(summary.points[3].phase, "extinction");
  EXPECT_TRUE(std::isnan(summary.points[3].percent_sem)) << "one subject has no SEM";
  ASSERT_EQ(summary.subjects.size(), 3u);
  EXPECT_EQ(summary.subjects[0].sessions, 2) << "two in a row from session 2 on";
  EXPECT_EQ(summary.subjects[0].trials, 18) << "8 of 10 in the window that reaches back";
  EXPECT_FALSE(summary.subjects[1].sessions) << "one session at 85 % is not two in a row";
}

struct Study {
  std::vector<SessionLearning> sessions;
  std::vector<std::vector<bool>> verdicts;

  void add(const std::string& subject, const std::string& phase, int number, int crs) {
    SessionLearning session;
    session.subject = subject;
    session.phase = phase;
    session.session = number;
    session.folder = subject + std::to_string(number);
    session.percent = 10.0 * crs;
    session.amplitude_mean = 0.1 * crs;
    sessions.push_back(session);
    std::vector<bool> trials(10, false);
    for (int i = 0; i < crs; ++i) trials[static_cast<std::size_t>(9 - i)] = true;
    verdicts.push_back(trials);
  }
};

TEST(Learning, CriteriaDoNotDependOnTheOrderOfTheRows) {
  Study study;
  study.add("a", "acquisition", 1, 0);
  study.add("a", "acquisition", 2, 4);
  study.add("a", "acquisition", 3, 9);
  study.add("b", "acquisition", 1, 8);
  study.add("b", "acquisition", 2, 2);
  const LearningSummary before = summarize_learning(study.sessions, study.verdicts, {80.0, 10, 1});
  ASSERT_EQ(before.subjects[0].trials, 25) << "4 of session 2 and 4 of session 3";
  ASSERT_EQ(before.subjects[0].sessions, 3);
  std::reverse(study.sessions.begin(), study.sessions.end());
  std::reverse(study.verdicts.begin(), study.verdicts.end());
  const LearningSummary after = summarize_learning(study.sessions, study.verdicts, {80.0, 10, 1});
  for (const std::size_t subject : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(after.subjects[subject].trials, before.subjects[subject].trials);
    EXPECT_EQ(after.subjects[subject].sessions, before.subjects[subject].sessions);
  }
}

TEST(Learning, ASubjectTwiceInOneSessionIsRefusedByName) {
  Study study;
  study.add("m7", "acquisition", 1, 3);
  study.add("m8", "acquisition", 1, 3);
  study.add("m7", "extinction", 1, 3);
  EXPECT_NO_THROW(summarize_learning(study.sessions, study.verdicts, {}));
  study.add("m7", "acquisition", 1, 5);
  try {
    summarize_learning(study.sessions, study.verdicts, {});
    FAIL() << "m7 counted twice";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "subject m7 has session 1 of acquisition twice (m71, m71); expected it once");
  }
}

}  // namespace
}  // namespace eyelid::conditioning
