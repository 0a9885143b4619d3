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

TEST(StageClock, TheHistogramHasEveryCall) {
  StageClock clock("test");
  for (int i = 0; i < 30; ++i) clock.add(std::chrono::microseconds(900));
  for (int i = 0; i < 4; ++i) clock.add(std::chrono::microseconds(3700));
  const std::vector<LatencyBin> bins = clock.histogram();
  ASSERT_EQ(bins.size(), 5u);  // half octaves from .9 to 3.7 ms
  EXPECT_EQ(bins.front().count, 30);
  EXPECT_EQ(bins.back().count, 4);
  EXPECT_LE(bins.front().from_ms, 0.9);
  EXPECT_GT(bins.front().to_ms, 0.9);
  EXPECT_NEAR(bins.front().to_ms / bins.front().from_ms, 1.41421, 1e-4);
  for (std::size_t i = 1; i < bins.size(); ++i) EXPECT_EQ(bins[i].from_ms, bins[i - 1].to_ms);
  EXPECT_TRUE(StageClock("idle").histogram().empty());
}

TEST(StageClock, WithoutCallsEverythingIsZero) {
  const StageTime time = StageClock("idle").summary();
  EXPECT_EQ(time.calls, 0);
  EXPECT_EQ(time.p99_ms, 0.0);
}

}  // namespace
}  // namespace eyelid::pipeline
