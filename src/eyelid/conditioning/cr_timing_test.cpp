// SPDX-License-Identifier: MIT
// Grades, alpha responses, and flags on traces written by hand: 500 frames/s, CS at 1 s, US at
// 1.4 s.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "eyelid/conditioning/learning.hpp"
#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/conditioning/trial_flags.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kStep_s = 0.002;
constexpr double kCs_s = 1.0;
constexpr double kUs_s = 1.4;

double half_cosine(double t) {
  return 0.5 - 0.5 * std::cos(3.14159265358979 * std::clamp(t, 0.0, 1.0));
}

// Closes by `step` within 30 ms, and by 0.4 more within 150 ms.
ConstructedTrace two_steps(double first_s, double step, double second_s) {
  ConstructedTrace trace(kStep_s, 3.0);
  std::vector<double> values;
  for (double t = first_s; t < 1.5; t += kStep_s) {
    values.push_back(step * half_cosine((t - first_s) / 0.03) +
                     0.4 * half_cosine((t - second_s) / 0.15));
  }
  trace.set(first_s, values);
  return trace;
}

// Half a cosine up within rise_s, and down from open_s on.
void close(ConstructedTrace& trace, double onset_s, double rise_s, double open_s, double height) {
  std::vector<double> values;
  for (double t = onset_s; t < open_s + 0.15; t += kStep_s) {
    values.push_back(height *
                     (half_cosine((t - onset_s) / rise_s) - half_cosine((t - open_s) / 0.1)));
  }
  trace.set(onset_s, values);
}

TrialScore scored(const ConstructedTrace& trace) {
  return trace.score(paired(1, kCs_s, kUs_s), load_preset("human"));
}

bool has_flag(const TrialScore& score, std::string_view flag) {
  return std::ranges::find(score.flags, flag) != score.flags.end();
}

TEST(CrTiming, AResponseThatIsClosedAtTheUsIsTimed) {
  ConstructedTrace trace(kStep_s, 3.0);
  close(trace, 1.2, 0.15, 1.45, 0.5);
  const TrialScore score = scored(trace);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_EQ(score.cr_grade, CrGrade::AtUs);
  EXPECT_NEAR(score.cr_onset_ms, 200.0, 10.0);
  EXPECT_GT(score.cr_onset_error_ms, 0.0);
  EXPECT_LT(score.cr_onset_error_ms, 10.0);
  EXPECT_TRUE(score.flags.empty());
}

TEST(CrTiming, AStartleThatIsOverBeforeTheUsIsEarlyOnly) {
  ConstructedTrace trace(kStep_s, 3.0);
  close(trace, 1.08, 0.06, 1.16, 0.6);
  const TrialScore score = scored(trace);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_EQ(score.cr_grade, CrGrade::EarlyOnly);
  EXPECT_FALSE(score.is_timed_cr());
  EXPECT_NE(score.reason.find("early only"), std::string::npos) << score.reason;
}

TEST(CrTiming, TheHeadlineCountsTimedOnesAndAPersonsVerdictOverrulesTheGrade) {
  ConstructedTrace early(kStep_s, 3.0);
  close(early, 1.08, 0.06, 1.16, 0.6);
  ConstructedTrace timed(kStep_s, 3.0);
  close(timed, 1.2, 0.15, 1.45, 0.5);
  std::vector<TrialScore> scores{scored(early), scored(timed)};
  SessionLearning learning = learning_of(scores, ScoredEye::Mean, {});
  EXPECT_EQ(learning.crs, 1);
  EXPECT_EQ(learning.crs_any, 2);
  EXPECT_DOUBLE_EQ(learning.percent, 50.0);
  EXPECT_DOUBLE_EQ(learning.percent_any, 100.0);
  EXPECT_EQ(judged_verdicts(scores, ScoredEye::Mean), (std::vector<bool>{false, true}));
  scores[0].label = Verdict::Cr;
  learning = learning_of(scores, ScoredEye::Mean, {});
  EXPECT_DOUBLE_EQ(learning.percent, 100.0);
}

TEST(CrTiming, WindowsThatBeginAtTheUsAreTimedByThemselves) {
  ConstructedTrace trace(kStep_s, 3.0);
  close(trace, 1.3, 0.1, 1.45, 0.5);
  const TrialScore score = trace.score(paired(1, kCs_s, kUs_s), load_preset("heiney2014"));
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_EQ(score.cr_grade, CrGrade::AtUs);
}

TEST(CrTiming, AlphaIsWhatCrossesEarlyAndRecovers) {
  ConstructedTrace alpha(kStep_s, 3.0);
  close(alpha, 1.02, 0.03, 1.055, 0.3);
  const TrialScore alone = scored(alpha);
  EXPECT_TRUE(alone.has_alpha);
  EXPECT_NEAR(alone.alpha_amplitude, 0.3, 0.02);
  EXPECT_EQ(alone.verdict, Verdict::NoCr) << alone.reason;

  close(alpha, 1.22, 0.15, 1.45, 0.4);
  const TrialScore both = scored(alpha);
  EXPECT_TRUE(both.has_alpha);
  EXPECT_EQ(both.cr_grade, CrGrade::AtUs);
  EXPECT_NEAR(both.cr_onset_ms, 220.0, 10.0);

  // As early, but it stays: a CR of short latency.
  ConstructedTrace lasting(kStep_s, 3.0);
  close(lasting, 1.02, 0.2, 1.45, 0.6);
  const TrialScore early = scored(lasting);
  EXPECT_FALSE(early.has_alpha);
  EXPECT_EQ(early.cr_grade, CrGrade::AtUs);
}

TEST(CrTiming, ARestAfterAnEarlyStepBeginsTheResponse) {
  for (const double step : {0.04, 0.15}) {
    const TrialScore score = scored(two_steps(1.02, step, 1.22));
    EXPECT_FALSE(score.has_alpha) << "it does not open again";
    EXPECT_NEAR(score.cr_onset_ms, 220.0, 12.0) << step;
  }
  EXPECT_NEAR(scored(two_steps(1.1, 0.3, 1.17)).cr_onset_ms, 100.0, 12.0)
      << "too late for a reflex";
}

TEST(CrTiming, AnOnsetAtTheCsIsFlagged) {
  ConstructedTrace trace(kStep_s, 3.0);
  close(trace, 0.95, 0.3, 1.45, 0.5);
  EXPECT_TRUE(has_flag(scored(trace), trial_flag::kOnsetAtWindowEdge));
}

TEST(CrTiming, AbruptCompleteHeldClosuresAreSuspectedToBeVoluntary) {
  ConstructedTrace held(kStep_s, 3.0);
  close(held, 1.15, 0.08, 1.6, 1.0);
  const TrialScore suspect = scored(held);
  EXPECT_TRUE(has_flag(suspect, trial_flag::kVoluntarySuspect));
  EXPECT_TRUE(suspect.is_timed_cr()) << "flagged, not removed";
  ConstructedTrace timed(kStep_s, 3.0);
  close(timed, 1.2, 0.19, 1.6, 1.0);
  EXPECT_FALSE(has_flag(scored(timed), trial_flag::kVoluntarySuspect));
}

TEST(CrTiming, BlinksAreSpontaneousByTheirTime) {
  ConstructedTrace trace(kStep_s, 3.0);
  SessionScores session = score_session(
      trace.trace(), std::vector<TrialRow>{{paired(1, kCs_s, kUs_s), 2}}, load_preset("human"));
  const auto flagged = [&](Eye eye, double onset_s, double offset_s) {
    for (TrialScore& score : session.scores) score.flags.clear();
    Blink blink;
    blink.eye = eye;
    blink.onset_s = onset_s;
    blink.offset_s = offset_s;
    flag_spontaneous_blinks({&blink, 1}, session);
    std::vector<bool> result;
    for (const TrialScore& score : session.scores) result.push_back(!score.flags.empty());
    return result;
  };
  const std::vector<bool> none{false, false, false};
  EXPECT_EQ(flagged(Eye::Right, 0.9, 1.1), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(flagged(Eye::Left, 1.1, 1.3), (std::vector<bool>{false, true, true}));
  EXPECT_EQ(flagged(Eye::Left, 1.2, 1.6), none) << "cannot be told from a CR";
  EXPECT_EQ(flagged(Eye::Left, 0.5, 0.9), none);
  EXPECT_EQ(flagged(Eye::Left, 1.41, 1.7), none) << "the UR";
}

}  // namespace
}  // namespace eyelid::conditioning
