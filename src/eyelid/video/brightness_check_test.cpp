// SPDX-License-Identifier: MIT
#include "eyelid/video/brightness_check.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace eyelid::video {
namespace {

std::vector<std::string> warnings_of(int frames, const std::function<int(int frame)>& level) {
  BrightnessCheck check;
  for (int i = 0; i < frames; ++i) {
    GrayImage image(80, 60);
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 80; ++x) {
        image.row(y)[x] = static_cast<std::uint8_t>(std::min(level(i) + (x + y) % 5, 255));
      }
    }
    check.add(image);
  }
  return check.warnings();
}

TEST(BrightnessCheck, OrdinaryLightIsNotMentioned) {
  EXPECT_TRUE(warnings_of(100, [](int) { return 120; }).empty());
  // A lamp that is switched on and off twice.
  EXPECT_TRUE(warnings_of(100, [](int i) { return i / 25 % 2 == 0 ? 120 : 180; }).empty());
  // Daylight that fades.
  EXPECT_TRUE(warnings_of(100, [](int i) { return 220 - i; }).empty());
  // One flash.
  EXPECT_TRUE(warnings_of(100, [](int i) { return i == 50 ? 250 : 120; }).empty());
  EXPECT_TRUE(BrightnessCheck().warnings().empty());
}

TEST(BrightnessCheck, DarkAndBrightFramesAreNamed) {
  const auto dark = warnings_of(50, [](int i) { return i >= 10 && i < 30 ? 8 : 120; });
  ASSERT_EQ(dark.size(), 1u);
  EXPECT_NE(dark[0].find("20 of 50 frames are too dark"), std::string::npos) << dark[0];
  EXPECT_NE(dark[0].find("10 to 29"), std::string::npos) << dark[0];
  const auto bright = warnings_of(50, [](int i) { return i < 5 || i == 40 ? 250 : 120; });
  ASSERT_EQ(bright.size(), 1u);
  EXPECT_NE(bright[0].find("6 of 50 frames are too bright"), std::string::npos) << bright[0];
  EXPECT_NE(bright[0].find("0 to 4, 40"), std::string::npos) << bright[0];
}

TEST(BrightnessCheck, StrobedLightIsNamedWhateverItsPeriod) {
  for (const int period : {2, 3, 4, 10}) {
    const auto found = warnings_of(100, [&](int i) { return i % period == 0 ? 160 : 80; });
    ASSERT_EQ(found.size(), 1u) << period;
    EXPECT_NE(found[0].find("strobed"), std::string::npos);
    EXPECT_NE(found[0].find("between about 82 and 162"), std::string::npos) << found[0];
  }
}

}  // namespace
}  // namespace eyelid::video
