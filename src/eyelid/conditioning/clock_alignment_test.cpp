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

TEST(LedOnsets, AreTheFirstFramesAboveHalfway) {
  std::vector<double> time_s;
  std::vector<float> level;
  synthesis::Random random(1, 1);
  for (int i = 0; i < 2000; ++i) {
    time_s.push_back(0.002 * i);
    const bool is_on = i % 500 >= 200 && i % 500 < 225;
    level.push_back(40.0f + (is_on ? 120.0f : 0.0f) + static_cast<float>(random.normal()));
  }
  level[700 - 1] = 70.0f;  // the LED warms up: still below halfway
  level[1300] = 250.0f;    // one bright frame: would set the level if it counted alone
  const LedOnsets found = find_led_onsets(time_s, level);
  EXPECT_NEAR(found.threshold, 100.0, 3.0);
  ASSERT_EQ(found.onsets_s.size(), 5u);
  EXPECT_NEAR(found.onsets_s[0], 0.4, 1e-9);
  EXPECT_NEAR(found.onsets_s[1], 1.4, 1e-9);
}

TEST(LedOnsets, AreOneOfALampOnPulseWidthModulation) {
  std::vector<double> time_s;
  std::vector<float> level;
  for (int i = 0; i < 2000; ++i) {
    time_s.push_back(0.002 * i);
    // Lit for 300 ms each second, of which 12 ms in every 40 are dark.
    const bool is_lit = i % 500 >= 200 && i % 500 < 350 && i % 20 < 14;
    level.push_back(is_lit ? 160.0f : 40.0f);
  }
  const LedOnsets found = find_led_onsets(time_s, level);
  ASSERT_EQ(found.onsets_s.size(), 4u);
  EXPECT_NEAR(found.onsets_s[3], 3.4, 1e-9);
  EXPECT_EQ(found.flickers, 4 * 7);
}

TEST(LedOnsets, OneDarkFrameOfASlowCameraIsFlicker) {
  std::vector<double> time_s;
  std::vector<float> level;
  for (int i = 0; i < 90; ++i) {
    time_s.push_back(i / 30.0);
    const bool is_dark = i == 3 || i == 35 || i == 38 || i == 44 || i == 45;
    const bool is_lit = (i < 6 || (i >= 30 && i < 42) || (i >= 44 && i < 50)) && !is_dark;
    level.push_back(is_lit ? 160.0f : 40.0f);
  }
  // Lit from the start: no onset. Dark for four frames (42 to 45): off.
  const LedOnsets found = find_led_onsets(time_s, level);
  ASSERT_EQ(found.onsets_s.size(), 2u);
  EXPECT_NEAR(found.onsets_s[0], 30.0 / 30.0, 1e-9);
  EXPECT_NEAR(found.onsets_s[1], 46.0 / 30.0, 1e-9);
  EXPECT_EQ(found.flickers, 3);
}

TEST(LedOnsets, RefuseADarkRegion) {
  std::vector<double> time_s;
  std::vector<float> level;
  for (int i = 0; i < 100; ++i) {
    time_s.push_back(i);
    level.push_back(40.0f + static_cast<float>(i % 3));
  }
  EXPECT_THROW(find_led_onsets(time_s, level), InputError);
}

}  // namespace
}  // namespace eyelid::conditioning
