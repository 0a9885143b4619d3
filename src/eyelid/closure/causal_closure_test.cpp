// SPDX-License-Identifier: MIT
#include "eyelid/closure/causal_closure.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace eyelid::closure {
namespace {

TEST(CausalClosure, KnowsTheOpenLevelAfterTheFewestMeasurements) {
  CausalClosure closure;
  for (std::int64_t i = 1; i < kMinMeasurements; ++i) {
    EXPECT_TRUE(std::isnan(closure.next({0.3f, kNotAvailable}).mean)) << i;
  }
  EXPECT_NEAR(closure.next({0.3f, kNotAvailable}).eyes.right, 0.0f, 0.02f);
  const LiveFec shut = closure.next({0.06f, kNotAvailable});
  EXPECT_NEAR(shut.eyes.right, 1.0f, 0.03f);
  EXPECT_TRUE(std::isnan(shut.eyes.left));
  EXPECT_EQ(shut.mean, shut.eyes.right);
}

TEST(CausalClosure, FollowsWhatTheEyeDoesMostOfTheTime) {
  CausalClosure closure;
  for (int i = 0; i < 100; ++i) closure.next({0.2f, 0.2f});
  for (int i = 0; i < 5000; ++i) closure.next({0.3f, 0.3f});
  EXPECT_NEAR(closure.next({0.3f, 0.3f}).mean, 0.0f, 0.02f);
}

TEST(CausalClosure, ACalibrationHoldsFromTheFirstFrame) {
  Calibration calibration;
  calibration.levels.right = {0.4f, 0.1f};
  CausalClosure closure(calibration);
  const LiveFec fec = closure.next({0.25f, 0.25f});
  EXPECT_FLOAT_EQ(fec.eyes.right, 0.5f);
  EXPECT_TRUE(std::isnan(fec.eyes.left));
  for (int i = 0; i < 1000; ++i) closure.next({0.25f, 0.25f});
  EXPECT_FLOAT_EQ(closure.next({0.25f, 0.25f}).eyes.right, 0.5f);
}

TEST(CausalClosure, LevelsThatAreSetHoldFromTheNextFrame) {
  CausalClosure closure;
  for (int i = 0; i < 300; ++i) closure.next({0.3f, 0.3f});
  Calibration calibration;
  calibration.levels = {{0.4f, 0.1f}, {0.35f, 0.05f}};
  closure.set_levels(calibration);
  const LiveFec fec = closure.next({0.25f, 0.2f});
  EXPECT_FLOAT_EQ(fec.eyes.right, 0.5f);
  EXPECT_FLOAT_EQ(fec.eyes.left, 0.5f);
}

TEST(CausalClosure, AnUnmeasuredFrameChangesNothing) {
  CausalClosure with_gaps, without;
  for (int i = 0; i < 300; ++i) {
    const float ear = 0.3f + 0.001f * static_cast<float>(i % 7);
    with_gaps.next({kNotAvailable, kNotAvailable});
    const LiveFec a = with_gaps.next({ear, ear}), b = without.next({ear, ear});
    EXPECT_TRUE((std::isnan(a.mean) && std::isnan(b.mean)) || a.mean == b.mean) << i;
  }
}

}  // namespace
}  // namespace eyelid::closure
