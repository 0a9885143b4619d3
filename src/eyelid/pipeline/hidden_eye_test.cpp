// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/hidden_eye.hpp"

#include <gtest/gtest.h>

namespace eyelid::pipeline {
namespace {

HiddenEyeWatch watch_of(int right_frames, int left_frames) {
  HiddenEyeWatch watch;
  for (int i = 0; i < 100; ++i) {
    EyelidSample sample;
    if (i < right_frames) sample.ear.right = 0.3f;
    if (i < left_frames) sample.ear.left = 0.3f;
    watch.add(sample);
  }
  return watch;
}

TEST(HiddenEyeWatch, TellsTheEyeThatIsMeasuredInLessThanHalfOfTheFramesOfTheOther) {
  EXPECT_EQ(watch_of(0, 100).hidden_eye(), Eye::Right);
  EXPECT_EQ(watch_of(80, 39).hidden_eye(), Eye::Left);
  EXPECT_EQ(watch_of(80, 40).hidden_eye(), std::nullopt);
  EXPECT_EQ(watch_of(100, 100).hidden_eye(), std::nullopt);
}

TEST(HiddenEyeWatch, SaysNothingOfAFewFrames) {
  EXPECT_EQ(watch_of(0, 24).hidden_eye(), std::nullopt);
  EXPECT_EQ(watch_of(0, 25).hidden_eye(), Eye::Right);
  EXPECT_EQ(watch_of(0, 0).hidden_eye(), std::nullopt);
}

TEST(HiddenEyeWatch, NamesTheEyeTheCountsAndTheColumn) {
  const std::string text = watch_of(100, 7).warning();
  EXPECT_NE(text.find("the left eye was measured in 7 frames, the right eye in 100"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("valid_left"), std::string::npos) << text;
}

}  // namespace
}  // namespace eyelid::pipeline
