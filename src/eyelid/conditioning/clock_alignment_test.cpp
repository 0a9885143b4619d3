// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/clock_alignment.hpp"

#include <gtest/gtest.h>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

std::vector<double> irregular(int count, std::uint64_t seed) {
  synthesis::Random random(seed, 2);
  std::vector<double> times;
  double now = 3.0;
  for (int i = 0; i < count; ++i) times.push_back(now += random.uniform(8.0, 16.0));
  return times;
}

TEST(ClockAlignment, FindsOffsetAndDriftWithMissingAndExtraPulses) {
  const std::vector<double> log = irregular(100, 1);
  synthesis::Random random(7, 3);
  std::vector<double> video;
  for (std::size_t i = 5; i < log.size(); ++i) {
    if (i % 9 == 0) continue;  // hidden by a hand
    video.push_back(-12.5 + (1.0 + 200e-6) * log[i] + 0.001 * random.normal());
  }
  video.insert(video.begin() + 20, video[20] - 3.0);  // a reflection
  const ClockFit fit = align_clocks(log, video, "test");
  EXPECT_NEAR(fit.offset_s, -12.5, 0.002);
  EXPECT_NEAR(fit.drift, 200e-6, 5e-6);
  EXPECT_NEAR(fit.rms_ms, 1.0, 0.3);
  EXPECT_EQ(fit.residuals_ms.size(), video.size() - 1);
  EXPECT_FALSE(fit.is_ambiguous);
  EXPECT_NEAR(fit.video_time(log[50]), -12.5 + (1.0 + 200e-6) * log[50], 0.002);
}

TEST(ClockAlignment, FollowsALargeDriftOverAnHour) {
  const std::vector<double> log = irregular(300, 2);
  std::vector<double> video;
  for (const double time : log) video.push_back(100.0 + 0.9992 * time);
  const ClockFit fit = align_clocks(log, video, "test");
  EXPECT_NEAR(fit.drift, -0.0008, 1e-7);
  EXPECT_LT(fit.max_ms, 0.01);
}

TEST(ClockAlignment, EvenPulsesWithAMissingOneAreAmbiguous) {
  std::vector<double> log;
  for (int i = 0; i < 50; ++i) log.push_back(10.0 * i);
  const std::vector<double> video(log.begin() + 1, log.end());
  EXPECT_TRUE(align_clocks(log, video, "test").is_ambiguous);
}

TEST(ClockAlignment, RefusesLogsOfAnotherRecording) {
  try {
    align_clocks(irregular(40, 1), irregular(40, 9), "log.csv");
    FAIL() << "unrelated pulses match";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find("log.csv: 40 pulses, and 40 of the sync LED"), 0u)
        << error.what();
  }
  EXPECT_THROW(align_clocks({}, irregular(4, 1), "test"), InputError);
}

}  // namespace
}  // namespace eyelid::conditioning
