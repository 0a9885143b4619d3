// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/second_look.hpp"

#include <gtest/gtest.h>

namespace eyelid::landmarks {
namespace {

// An eye 40 px wide around `center`, its lids `gap` px apart: an opening of gap / 40.
EyePoints eye_at(Point center, float gap) {
  const float h = 0.5f * gap;
  EyePoints eye = {Point{-20, 0}, {-7, -h}, {7, -h}, {20, 0}, {7, h}, {-7, h}};
  for (Point& p : eye) p = p + center;
  return eye;
}

EyePair pair_of(const EyePoints& right, const EyePoints& left) {
  return {{right, left}, {right, left}};
}

constexpr Point kRight{100, 100};
constexpr Point kLeft{200, 100};
constexpr float kOpen = 10.0f;  // px
constexpr float kShut = 3.0f;

TEST(SecondLook, IsForEyesThatLookShut) {
  EXPECT_FALSE(looks_shut({eye_at(kRight, kOpen), eye_at(kLeft, kOpen)}));
  EXPECT_TRUE(looks_shut({eye_at(kRight, kShut), eye_at(kLeft, kOpen)}));
  EXPECT_TRUE(looks_shut({eye_at(kRight, kOpen), eye_at(kLeft, kShut)}));
}

TEST(SecondLook, EndsWhereEveryShutEyeIsFoundInItsPlace) {
  const EyeLandmarks shut{eye_at(kRight, kShut), eye_at(kLeft, kShut)};
  const auto found = [](float right_shift, float left_shift) {
    return EyeLandmarks{eye_at(kRight + Point{0, right_shift}, kOpen),
                        eye_at(kLeft + Point{left_shift, 0}, kOpen)};
  };
  EXPECT_FALSE(may_correct(shut, found(4.0f, -4.0f)));  // a tenth of the width
  EXPECT_TRUE(may_correct(shut, found(6.0f, 0.0f)));
  EXPECT_TRUE(may_correct(shut, found(0.0f, 6.0f)));
}

TEST(SecondLook, DoesNotGoOnForAnOpenEye) {
  const EyeLandmarks eyes{eye_at(kRight, kShut), eye_at(kLeft, kOpen)};
  EXPECT_FALSE(may_correct(eyes, {eye_at(kRight, kOpen), eye_at(kLeft + Point{30, 0}, kOpen)}));
}

TEST(SecondLook, TakesTheOpenEyeThatLiesElsewhere) {
  EyePair pair = pair_of(eye_at(kRight + Point{0, 20}, kShut), eye_at(kLeft, kOpen));
  const EyePair other = pair_of(eye_at(kRight, kOpen), eye_at(kLeft + Point{0, 20}, kOpen + 5));
  const EyePoints left = pair.eyes.left;
  correct(pair, other);
  EXPECT_EQ(pair.eyes.right, other.eyes.right);
  EXPECT_EQ(pair.first_stage.right, other.first_stage.right);
  EXPECT_EQ(pair.eyes.left, left);  // was open
}

TEST(SecondLook, KeepsAnEyeThatIsHardlyMoreOpenOrInTheSamePlace) {
  const EyePair shut = pair_of(eye_at(kRight, kShut), eye_at(kLeft, kShut));
  EyePair pair = shut;
  correct(pair, pair_of(eye_at(kRight + Point{0, 20}, kShut + 1), eye_at(kLeft, kOpen)));
  EXPECT_EQ(pair.eyes.right, shut.eyes.right);
  EXPECT_EQ(pair.eyes.left, shut.eyes.left);
}

}  // namespace
}  // namespace eyelid::landmarks
