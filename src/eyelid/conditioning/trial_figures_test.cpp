// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/conditioning/learning.hpp"
#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

TEST(TrialFigures, VelocityPeakAndUrOfATrialWrittenByHand) {
  // A ramp of 5 FEC/s from 100 to 180 ms, to 0.4; the UR reaches 0.9.
  ConstructedTrace trace(0.002, 9.0, 0.0);
  for (int i = 0; i < 40; ++i) trace.set(1.100 + 0.002 * i, {0.01 * i});
  trace.fill(1.180, 1.400, 0.4).fill(1.420, 1.500, 0.9);
  trace.fill(4.200, 4.500, 0.3).set(4.350, {0.35});
  const auto scores = trace.scores({paired(1, 1.0, 1.4), cs_only(2, 4.0)}, load_preset("medina"));
  EXPECT_NEAR(scores[0].peak_velocity, 5.0, 1e-6);
  EXPECT_NEAR(scores[0].ur_above_pre_us, 0.5, 1e-6);
  EXPECT_TRUE(std::isnan(scores[1].ur_above_pre_us));
  EXPECT_NEAR(scores[1].cr_peak_latency_ms, 350.0, 1e-6);
  EXPECT_NEAR(scores[1].cr_peak_from_us_ms, -50.0, 1e-6);
}

TEST(TrialFigures, TheSameRuleBeforeTheCsCountsSpontaneousClosures) {
  // Ten trials, CRs in eight, closures in the time before the CS in two.
  ConstructedTrace trace(0.005, 60.0, 0.0);
  std::vector<Trial> trials;
  for (int n = 0; n < 10; ++n) {
    const double cs = 5.0 + 5.0 * n;
    trials.push_back(paired(n + 1, cs, cs + 0.25));
    if (n < 8) trace.fill(cs + 0.150, cs + 0.250, 0.5);
    if (n % 5 == 0) trace.fill(cs - 0.100, cs, 0.3);
  }
  const auto scores = trace.scores(trials, load_preset("heiney2014", {"reject.above=off"}));
  EXPECT_EQ(scores[0].verdict_before_cs, Verdict::Cr);
  EXPECT_EQ(scores[1].verdict_before_cs, Verdict::NoCr);
  const SessionLearning learning = learning_of(scores, ScoredEye::Mean, {});
  EXPECT_EQ(learning.judged_before_cs, 10);
  EXPECT_DOUBLE_EQ(learning.percent_before_cs, 20.0);
  EXPECT_DOUBLE_EQ(learning.percent, 80.0);
  EXPECT_NEAR(learning.percent_corrected, 75.0, 1e-9) << "60 of the 80 % beyond chance";
}

TEST(TrialFigures, AClosureBeforeTheCsCountsAsInTheTrialOnlyWhileItLasts) {
  ConstructedTrace trace(0.005, 12.0, 0.0);
  trace.fill(4.700, 4.850, 0.5);
  trace.fill(9.850, 10.000, 0.5);
  const auto scores =
      trace.scores({paired(1, 5.0, 5.4), paired(2, 10.0, 10.4)}, load_preset("human"));
  EXPECT_EQ(scores[0].verdict_before_cs, Verdict::NoCr) << "over before the CS";
  EXPECT_EQ(scores[1].verdict_before_cs, Verdict::Cr);
}

TEST(TrialFigures, NothingIsJudgedBeforeACsTooCloseToTheTrialBefore) {
  ConstructedTrace trace(0.005, 12.0, 0.0);
  const auto scores = trace.scores({paired(1, 3.0, 3.25), paired(2, 4.5, 4.75), us_only(3, 8.0)},
                                   load_preset("medina"));
  EXPECT_EQ(scores[0].verdict_before_cs, Verdict::NoCr);
  EXPECT_FALSE(scores[1].verdict_before_cs) << "4.05 s is within a second of the US at 3.25 s";
  EXPECT_FALSE(scores[2].verdict_before_cs);
}

TEST(UnfilteredTrace, FiveSdAreThoseOfTheClosureBeforeTheFilter) {
  // FEC as track smooths it: 0 at rest, 0.05 in the response. Unfiltered, it alternates by +-0.02.
  const PerEye<EyeLevels> levels{{0.3f, 0.1f}, {0.3f, 0.1f}};
  SessionTrace with;
  with.keep_unfiltered(levels);
  SessionTrace without;
  for (int i = 0; i < 3000; ++i) {
    EyelidSample sample;
    sample.time_s = 0.001 * i;
    const bool responds = i >= 1100 && i < 1250;
    const float fec = responds ? 0.05f : 0.0005f * static_cast<float>(i % 2);
    sample.fec.right = sample.fec.left = sample.mean_fec = fec;
    const float closure = (responds ? 0.05f : 0.0f) + (i % 2 == 0 ? 0.02f : -0.02f);
    sample.ear.right = sample.ear.left = 0.3f - 0.2f * closure;
    with.add(sample);
    without.add(sample);
  }
  const std::vector<TrialRow> rows{{paired(1, 1.0, 1.25), 2}};
  const auto verdict = [&](const SessionTrace& trace, const std::vector<std::string>& settings) {
    return score_session(trace, rows, load_preset("emg5sd", settings)).scores[kMeanOfEyes];
  };
  EXPECT_EQ(verdict(with, {}).verdict, Verdict::Cr);
  const TrialScore score = verdict(with, {"sd_trace=unfiltered"});
  EXPECT_NEAR(score.baseline_sd, 0.02, 1e-3);
  EXPECT_EQ(score.verdict, Verdict::NoCr) << "0.07 is within 5 SD of 0.02";
  try {
    verdict(without, {"sd_trace=unfiltered"});
    FAIL() << "there is no trace before filtering";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("ear_right or ear_left"), std::string::npos);
  }
}

}  // namespace
}  // namespace eyelid::conditioning
