// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/sync_led.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"
#include "temporary_folder.hpp"

namespace eyelid::conditioning {
namespace {

struct Recording {
  std::vector<double> time_s;
  std::vector<float> level;

  LedOnsets onsets() const {
    const testing::TemporaryFolder folder;
    LedSpool samples(folder.path());
    for (std::size_t i = 0; i < level.size(); ++i) samples.append({time_s[i], level[i]});
    return find_led_onsets(samples);
  }
};

TEST(LedOnsets, AreTheFirstFramesAboveHalfway) {
  Recording led;
  synthesis::Random random(1, 1);
  for (int i = 0; i < 2000; ++i) {
    led.time_s.push_back(0.002 * i);
    const bool is_on = i % 500 >= 200 && i % 500 < 225;
    led.level.push_back(40.0f + (is_on ? 120.0f : 0.0f) + static_cast<float>(random.normal()));
  }
  led.level[700 - 1] = 70.0f;  // the LED warms up: still below halfway
  led.level[1300] = 250.0f;    // one bright frame: would set the level if it counted alone
  const LedOnsets found = led.onsets();
  EXPECT_NEAR(found.threshold, 100.0, 3.0);
  ASSERT_EQ(found.onsets_s.size(), 5u);
  EXPECT_NEAR(found.onsets_s[0], 0.4, 1e-9);
  EXPECT_NEAR(found.onsets_s[1], 1.4, 1e-9);
}

TEST(LedOnsets, AreOneOfALampOnPulseWidthModulation) {
  Recording led;
  for (int i = 0; i < 2000; ++i) {
    led.time_s.push_back(0.002 * i);
    // Lit for 300 ms each second, of which 12 ms in every 40 are dark.
    const bool is_lit = i % 500 >= 200 && i % 500 < 350 && i % 20 < 14;
    led.level.push_back(is_lit ? 160.0f : 40.0f);
  }
  const LedOnsets found = led.onsets();
  ASSERT_EQ(found.onsets_s.size(), 4u);
  EXPECT_NEAR(found.onsets_s[3], 3.4, 1e-9);
  EXPECT_EQ(found.flickers, 4 * 7);
}

TEST(LedOnsets, OneDarkFrameOfASlowCameraIsFlicker) {
  Recording led;
  for (int i = 0; i < 90; ++i) {
    led.time_s.push_back(i / 30.0);
    const bool is_dark = i == 3 || i == 35 || i == 38 || i == 44 || i == 45;
    const bool is_lit = (i < 6 || (i >= 30 && i < 42) || (i >= 44 && i < 50)) && !is_dark;
    led.level.push_back(is_lit ? 160.0f : 40.0f);
  }
  // Lit from the start: no onset. Dark for four frames (42 to 45): off.
  const LedOnsets found = led.onsets();
  ASSERT_EQ(found.onsets_s.size(), 2u);
  EXPECT_NEAR(found.onsets_s[0], 30.0 / 30.0, 1e-9);
  EXPECT_NEAR(found.onsets_s[1], 46.0 / 30.0, 1e-9);
  EXPECT_EQ(found.flickers, 3);
}

TEST(LedOnsets, RefuseADarkRegion) {
  Recording led;
  for (int i = 0; i < 100; ++i) {
    led.time_s.push_back(i);
    led.level.push_back(40.0f + static_cast<float>(i % 3));
  }
  EXPECT_THROW(led.onsets(), InputError);
}

}  // namespace
}  // namespace eyelid::conditioning
