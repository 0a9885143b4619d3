// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/stage_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace eyelid::pipeline {
namespace {

TEST(StageClock, PercentilesOfAKnownSpread) {
  StageClock clock("test");
  for (int i = 1; i <= 1000; ++i) clock.add(std::chrono::microseconds(i));
  const StageTime time = clock.summary();
  EXPECT_EQ(time.calls, 1000);
  EXPECT_NEAR(time.mean_ms, 0.5005, 1e-6);
  EXPECT_NEAR(time.p50_ms, 0.500, 0.500 * 0.03);
  EXPECT_NEAR(time.p95_ms, 0.950, 0.950 * 0.03);
  EXPECT_NEAR(time.p99_ms, 0.990, 0.990 * 0.03);
}

TEST(StageClock, WithoutCallsEverythingIsZero) {
  const StageTime time = StageClock("idle").summary();
  EXPECT_EQ(time.calls, 0);
  EXPECT_EQ(time.p99_ms, 0.0);
}

}  // namespace
}  // namespace eyelid::pipeline
