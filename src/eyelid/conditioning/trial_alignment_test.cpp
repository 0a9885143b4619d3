// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/conditioning/session_trace_testing.hpp"

namespace eyelid::conditioning {
namespace {

TEST(TrialAlignment, FramesOnTheClockOfTheCsAreKeptAndOthersInterpolated) {
  ConstructedTrace made(0.002, 3.0, 0.0);
  for (int i = 0; i < 1500; ++i) made.set(0.002 * i, {0.0005 * i});
  const SessionTrace trace = made.trace();
  const std::vector<StimulusTimes> times{{1.0, 1.4}, {1.501, 1.9}, {kNoFigure, kNoFigure}};
  const AlignedTraces aligned = align_trials(trace, times, -100.0, 200.0, 1000000);
  EXPECT_DOUBLE_EQ(aligned.step_ms, 2.0);
  ASSERT_EQ(aligned.samples, 151u);
  EXPECT_FLOAT_EQ(aligned.at(ScoredEye::Mean, 0, 0), 0.225f);
  EXPECT_FLOAT_EQ(aligned.at(ScoredEye::Mean, 0, 50), 0.25f);
  EXPECT_NEAR(aligned.at(ScoredEye::Left, 1, 50), 0.37525, 1e-5) << "between two frames";
  EXPECT_TRUE(std::isnan(aligned.at(ScoredEye::Right, 2, 50)));
}

TEST(TrialAlignment, CoarserStepsKeepTheSizeBounded) {
  const SessionTrace trace = ConstructedTrace(0.002, 3.0, 0.0).trace();
  const std::vector<StimulusTimes> times(1000, StimulusTimes{1.0, 1.4});
  const AlignedTraces aligned = align_trials(trace, times, -500.0, 1000.0, 250000);
  EXPECT_LE(aligned.samples * aligned.trials, 252000u);
}

TEST(TrialAlignment, NothingIsDrawnAcrossGapsAndBehindTheEnd) {
  SessionTrace trace;
  for (int i = 0; i < 1000; ++i) {
    if (i > 500 && i < 520) continue;
    EyelidSample sample;
    sample.frame = i;
    sample.time_s = 0.002 * i;
    sample.fec.right = sample.fec.left = sample.mean_fec = 0.1f;
    trace.add(sample);
  }
  const std::vector<StimulusTimes> times{{1.0, 1.4}, {1.9, 2.3}};
  const AlignedTraces aligned = align_trials(trace, times, 0.0, 200.0, 1000000);
  EXPECT_TRUE(std::isnan(aligned.at(ScoredEye::Mean, 0, 10)));
  EXPECT_FLOAT_EQ(aligned.at(ScoredEye::Mean, 0, 20), 0.1f);
  EXPECT_TRUE(std::isnan(aligned.at(ScoredEye::Mean, 1, 60)));
}

}  // namespace
}  // namespace eyelid::conditioning
