// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/lid_motion.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"

namespace eyelid::synthesis {
namespace {

class LidMotionOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LidMotionOfSeed, TrialsFitAndFollowEachOther) {
  const LidMotion motion({GetParam()});
  ASSERT_EQ(motion.trials().size(), 12u);
  double last = 0.0;
  int cs_only = 0;
  int us_only = 0;
  for (const Trial& trial : motion.trials()) {
    EXPECT_EQ(trial.cs_onset_s.has_value(), trial.type != TrialType::UsOnly);
    EXPECT_EQ(trial.us_onset_s.has_value(), trial.type != TrialType::CsOnly);
    if (trial.type == TrialType::Paired) {
      EXPECT_NEAR(*trial.us_onset_s - *trial.cs_onset_s, 0.4, 1e-9);
    }
    const double first = trial.cs_onset_s ? *trial.cs_onset_s : *trial.us_onset_s;
    EXPECT_GT(first, last);
    last = trial.us_onset_s ? *trial.us_onset_s : *trial.cs_onset_s + 0.4;
    cs_only += trial.type == TrialType::CsOnly;
    us_only += trial.type == TrialType::UsOnly;
  }
  EXPECT_LT(last, 12.0 - 0.4);
  EXPECT_EQ(cs_only, 1);
  EXPECT_EQ(us_only, 1);
}

TEST_P(LidMotionOfSeed, EventsKeepTheirPhysiologicalTimes) {
  const LidMotion motion({GetParam(), 40.0, 20});
  int full = 0;
  for (const LidEvent& event : motion.events()) {
    EXPECT_LT(event.onset_s, event.peak_s);
    EXPECT_LE(event.peak_s, event.release_s);
    // Opening takes longer than closing.
    if (event.kind != LidEventKind::ConditionedResponse) {
      EXPECT_GT(event.offset_s - event.release_s, event.peak_s - event.onset_s);
    }
    full += event.amplitude_right == 1.0f && event.amplitude_left == 1.0f;
    if (event.kind == LidEventKind::Blink) {
      EXPECT_FALSE(event.trial.has_value());
      EXPECT_GE(event.peak_s - event.onset_s, 0.0659);
      EXPECT_LE(event.peak_s - event.onset_s, 0.0781);
      EXPECT_GE(event.offset_s - event.onset_s, 0.1);
      EXPECT_LE(event.offset_s - event.onset_s, 0.4);
      continue;
    }
    ASSERT_TRUE(event.trial.has_value());
    const Trial& trial = motion.trials()[static_cast<std::size_t>(*event.trial - 1)];
    if (event.kind == LidEventKind::UnconditionedResponse) {
      EXPECT_GE(event.onset_s - *trial.us_onset_s, 0.0299);
      EXPECT_LE(event.onset_s - *trial.us_onset_s, 0.0501);
    } else if (event.kind == LidEventKind::ConditionedResponse) {
      EXPECT_GE(event.onset_s - *trial.cs_onset_s, 0.06);
      EXPECT_LT(event.onset_s - *trial.cs_onset_s, 0.4);
      EXPECT_GE(event.amplitude_right, 0.1f);
    } else {
      EXPECT_LE(event.peak_s - *trial.cs_onset_s, 0.06);
    }
  }
  EXPECT_GE(full, 5);
}

TEST_P(LidMotionOfSeed, ClosureStaysInRangeAndReachesFullAtReflexes) {
  const LidMotion motion({GetParam()});
  for (double t = 0.0; t < 12.0; t += 0.002) {
    for (const Eye eye : {Eye::Right, Eye::Left}) {
      const float closure = motion.closure(eye, t);
      ASSERT_GE(closure, 0.0f);
      ASSERT_LE(closure, 1.0f);
    }
  }
  for (const LidEvent& event : motion.events()) {
    const double middle = 0.5 * (event.peak_s + event.release_s);
    EXPECT_GE(motion.closure(Eye::Right, middle), event.amplitude_right * 0.999f);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LidMotionOfSeed, ::testing::Values(1, 2, 3, 17, 99));

TEST(LidMotion, LearningRaisesTheResponses) {
  int early = 0;
  int late = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const LidMotion motion({seed, 60.0, 30});
    for (const LidEvent& event : motion.events()) {
      if (event.kind != LidEventKind::ConditionedResponse) continue;
      early += *event.trial <= 8;
      late += *event.trial > 22;
    }
  }
  EXPECT_GT(late, early + 20);
}

TEST(LidMotion, RefusesTrialsThatDoNotFit) { EXPECT_THROW(LidMotion({1, 5.0, 12}), InputError); }

}  // namespace
}  // namespace eyelid::synthesis
