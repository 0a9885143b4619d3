// SPDX-License-Identifier: MIT
#include "eyelid/closure/trace_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace eyelid::closure {
namespace {

// Five minutes of white noise of 0.04 on what `lid` does.
TraceNoise noise_of(double frames_per_second, const std::function<double(double)>& lid) {
  std::mt19937 random(2);
  std::normal_distribution<double> normal(0.0, 0.04);
  TraceNoise noise;
  for (int i = 0; i < static_cast<int>(300.0 * frames_per_second); ++i) {
    const double time_s = i / frames_per_second;
    noise.add(time_s, static_cast<float>(lid(time_s) + normal(random)));
  }
  return noise;
}

TEST(TraceNoise, IsTheStandardDeviationOfWhiteNoiseAtAnyRate) {
  EXPECT_EQ(TraceNoise().deviation(), 0.0f);
  for (const double rate : {15.0, 25.0, 29.97, 60.0, 120.0, 500.0, 2000.0}) {
    const TraceNoise noise = noise_of(rate, [](double) { return 0.1; });
    EXPECT_NEAR(noise.deviation(), 0.04f, 0.003f) << rate;
    EXPECT_NEAR(noise.tail_deviation(), 0.04f, 0.003f) << rate;
  }
}

// Their spread about the median of a second is 0.13 and more.
TEST(TraceNoise, IsNotWhatTheLidDoes) {
  const auto gaze = [](double time_s) { return std::fmod(time_s, 0.8) < 0.4 ? 0.0 : 0.3; };
  const auto sway = [](double time_s) { return 0.2 * std::sin(std::numbers::pi * time_s); };
  const auto blinks = [](double time_s) { return std::fmod(time_s, 1.6) < 0.4 ? 1.0 : 0.0; };
  for (const double rate : {25.0, 30.0, 500.0}) {
    EXPECT_NEAR(noise_of(rate, gaze).deviation(), 0.04f, 0.016f) << rate;
    EXPECT_NEAR(noise_of(rate, sway).deviation(), 0.04f, 0.004f) << rate;
    EXPECT_NEAR(noise_of(rate, blinks).deviation(), 0.04f, 0.004f) << rate;
  }
}

TEST(TraceNoise, SlipsOfALandmarkAreItsTail) {
  int frame = 0;
  const TraceNoise noise = noise_of(25.0, [&](double) { return ++frame % 12 == 0 ? 0.35 : 0.0; });
  EXPECT_LT(noise.deviation(), 0.06f);
  EXPECT_GT(noise.tail_deviation(), 0.1f);
}

TEST(TraceNoise, KeepsSegmentsApart) {
  TraceNoise noise;
  for (int i = 0; i < 300; ++i) {
    if (i % 2 == 0) noise.end_segment();
    noise.add(0.04 * i, static_cast<float>(i % 2));
  }
  EXPECT_EQ(noise.deviation(), 0.0f);
}

TEST(ClosureNoise, OfTheMeanIsHalvedOnlyWhereTheEyesDoNotShareIt) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0.0, 0.04);
  ClosureNoiseMeter own, shared;
  for (int i = 0; i < 5000; ++i) {
    const auto right = static_cast<float>(normal(random));
    const auto left = static_cast<float>(normal(random));
    own.add(0.04 * i, {right, left}, {i == 0, i == 0});
    shared.add(0.04 * i, {right, right}, {i == 0, i == 0});
  }
  EXPECT_NEAR(own.noise().tail_of_mean, 0.04f / std::numbers::sqrt2_v<float>, 0.002f);
  EXPECT_NEAR(shared.noise().tail_of_mean, 0.04f, 0.002f);
  EXPECT_NEAR(own.noise().deviation.left, 0.04f, 0.002f);
}

}  // namespace
}  // namespace eyelid::closure
