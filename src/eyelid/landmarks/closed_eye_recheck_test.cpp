// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/closed_eye_recheck.hpp"

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
constexpr float kClosed = 3.0f;

TEST(ClosedEyeRecheck, IsForEyesThatAppearClosed) {
  EXPECT_FALSE(needs_recheck({eye_at(kRight, kOpen), eye_at(kLeft, kOpen)}));
  EXPECT_TRUE(needs_recheck({eye_at(kRight, kClosed), eye_at(kLeft, kOpen)}));
  EXPECT_TRUE(needs_recheck({eye_at(kRight, kOpen), eye_at(kLeft, kClosed)}));
}

TEST(ClosedEyeRecheck, IsNotForAnEyeWithoutAnEar) {
  EyePoints eye = eye_at(kRight, kClosed);
  eye[3] = eye[0];
  EXPECT_FALSE(appears_closed(eye));
  EXPECT_FALSE(is_corrected_by(eye, eye_at(kLeft, kOpen)));
  EXPECT_FALSE(is_corrected_by(eye_at(kLeft, kClosed), eye));
}

TEST(ClosedEyeRecheck, EndsWhereEveryClosedEyeIsFoundInItsPlace) {
  const EyeLandmarks closed{eye_at(kRight, kClosed), eye_at(kLeft, kClosed)};
  const auto found = [](float right_shift, float left_shift) {
    return EyeLandmarks{eye_at(kRight + Point{0, right_shift}, kOpen),
                        eye_at(kLeft + Point{left_shift, 0}, kOpen)};
  };
  EXPECT_FALSE(needs_correction(closed, found(4.0f, -4.0f)));  // a tenth of the width
  EXPECT_TRUE(needs_correction(closed, found(6.0f, 0.0f)));
  EXPECT_TRUE(needs_correction(closed, found(0.0f, 6.0f)));
}

TEST(ClosedEyeRecheck, DoesNotGoOnForAnOpenEye) {
  const EyeLandmarks eyes{eye_at(kRight, kClosed), eye_at(kLeft, kOpen)};
  EXPECT_FALSE(
      needs_correction(eyes, {eye_at(kRight, kOpen), eye_at(kLeft + Point{30, 0}, kOpen)}));
}

TEST(ClosedEyeRecheck, TakesTheOpenEyeThatLiesElsewhere) {
  EyePair pair = pair_of(eye_at(kRight + Point{0, 20}, kClosed), eye_at(kLeft, kOpen));
  const EyePair other = pair_of(eye_at(kRight, kOpen), eye_at(kLeft + Point{0, 20}, kOpen + 5));
  const EyePoints left = pair.eyes.left;
  correct(pair, other);
  EXPECT_EQ(pair.eyes.right, other.eyes.right);
  EXPECT_EQ(pair.first_stage.right, other.first_stage.right);
  EXPECT_EQ(pair.eyes.left, left);  // was open
}

TEST(ClosedEyeRecheck, KeepsAnEyeThatIsHardlyMoreOpenOrInTheSamePlace) {
  const EyePair closed = pair_of(eye_at(kRight, kClosed), eye_at(kLeft, kClosed));
  EyePair pair = closed;
  correct(pair, pair_of(eye_at(kRight + Point{0, 20}, kClosed + 1), eye_at(kLeft, kOpen)));
  EXPECT_EQ(pair.eyes.right, closed.eyes.right);
  EXPECT_EQ(pair.eyes.left, closed.eyes.left);
}

}  // namespace
}  // namespace eyelid::landmarks
