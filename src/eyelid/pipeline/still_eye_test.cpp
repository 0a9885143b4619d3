// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/still_eye.hpp"

#include <gtest/gtest.h>

namespace eyelid::pipeline {
namespace {

void add(StillEyeWatch& watch, float right, float left, int frames = 5) {
  EyelidSample sample;
  sample.fec = {right, left};
  for (int i = 0; i < frames; ++i) watch.add(sample);
}

TEST(StillEye, OneThatNeverClosesIsNamed) {
  StillEyeWatch watch;
  for (int i = 0; i < 3; ++i) {
    add(watch, 0.0f, 0.05f);
    add(watch, 0.95f, 0.1f);
  }
  add(watch, 0.0f, 0.0f);
  EXPECT_EQ(watch.still_eye(), Eye::Left);
  EXPECT_NE(watch.warning().find("the left eye stayed open in all 3 closures of the other"),
            std::string::npos);
  EXPECT_NE(watch.warning().find("--eye right"), std::string::npos);
}

TEST(StillEye, WinksAndAFilmWithoutBlinksAreNone) {
  StillEyeWatch winks;
  add(winks, 0.0f, 0.0f);
  add(winks, 0.9f, 0.1f);
  add(winks, 0.0f, 0.0f);
  EXPECT_FALSE(winks.still_eye()) << "one wink";
  add(winks, 0.9f, 0.9f);
  add(winks, 0.0f, 0.0f);
  add(winks, 0.9f, 0.1f);
  add(winks, 0.0f, 0.0f);
  EXPECT_FALSE(winks.still_eye()) << "it blinks";
  StillEyeWatch nothing;
  add(nothing, 0.0f, 0.0f, 100);
  EXPECT_FALSE(nothing.still_eye());
}

TEST(StillEye, AnEyeThatIsNotSeenIsNotStill) {
  StillEyeWatch watch;
  for (int i = 0; i < 3; ++i) {
    add(watch, 0.0f, 0.0f);
    add(watch, 0.9f, kNotAvailable);
  }
  add(watch, 0.0f, 0.0f);
  EXPECT_FALSE(watch.still_eye());
}

}  // namespace
}  // namespace eyelid::pipeline
