// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/eye_anchor.hpp"

#include <gtest/gtest.h>

namespace eyelid::landmarks {
namespace {

constexpr double kStep_s = 0.01;

/// An eye of 100 px with its middle at `middle`; lids `ear` apart, in widths.
EyePoints eye_at(Point middle, float ear, float width = 100.0f) {
  const float h = 0.5f * ear * width, w = width;
  return {middle + Point{-0.5f * w, 0.0f},
          middle + Point{-0.2f * w, -h},
          middle + Point{0.2f * w, -h},
          middle + Point{0.5f * w, 0.0f},
          middle + Point{0.2f * w, h},
          middle + Point{-0.2f * w, h}};
}

EyeAnchor settled_at(Point middle) {
  EyeAnchor anchor(corners_in({middle.x - 50.0f, middle.y - 20.0f, 100.0f, 40.0f}));
  anchor.follow(eye_at(middle, 0.3f), kStep_s);
  return anchor;
}

TEST(EyeAnchor, TakesTheFirstOpenEyeAsItIs) {
  EyeAnchor anchor(corners_in({50.0f, 60.0f, 100.0f, 40.0f}));
  EXPECT_EQ(anchor.corners(), (EyeCorners{{50.0f, 80.0f}, {150.0f, 80.0f}}));
  anchor.follow(eye_at({108.0f, 85.0f}, 0.05f), kStep_s);  // closed
  EXPECT_EQ(anchor.corners().middle(), (Point{100.0f, 80.0f}));
  anchor.follow(eye_at({108.0f, 85.0f}, 0.3f), kStep_s);
  EXPECT_EQ(anchor.corners().middle(), (Point{108.0f, 85.0f}));
}

TEST(EyeAnchor, FollowsAnEyeThatIsMuchNarrowerThanItsBox) {
  EyeAnchor anchor(corners_in({22.5f, 50.0f, 155.0f, 60.0f}));
  Point middle{100.0f, 80.0f};
  for (int i = 0; i < 400; ++i) {
    middle.x += 0.1f;
    anchor.follow(eye_at(middle, 0.3f), kStep_s);
  }
  EXPECT_NEAR(anchor.corners().middle().x, middle.x, 5.0f);
}

TEST(EyeAnchor, RestsWhileTheEyeIsClosed) {
  EyeAnchor anchor = settled_at({100.0f, 80.0f});
  for (int i = 0; i < 300; ++i) anchor.follow(eye_at({100.0f, 95.0f}, 0.05f, 115.0f), kStep_s);
  EXPECT_EQ(anchor.corners().middle(), (Point{100.0f, 80.0f}));
  EXPECT_EQ(anchor.corners().width(), 100.0f);
}

TEST(EyeAnchor, FollowsTheOpenEyeSlowly) {
  EyeAnchor anchor = settled_at({100.0f, 80.0f});
  anchor.follow(eye_at({110.0f, 80.0f}, 0.3f), kStep_s);
  EXPECT_LT(anchor.corners().middle().x, 100.5f);
  for (int i = 0; i < 200; ++i) anchor.follow(eye_at({110.0f, 80.0f}, 0.3f), kStep_s);
  EXPECT_NEAR(anchor.corners().middle().x, 110.0f, 0.1f);
}

TEST(EyeAnchor, FollowsAtTheSamePaceWhateverTheFrameRate) {
  EyeAnchor slow = settled_at({100.0f, 80.0f}), fast = settled_at({100.0f, 80.0f});
  for (int i = 0; i < 10; ++i) slow.follow(eye_at({110.0f, 80.0f}, 0.3f), 0.02);
  for (int i = 0; i < 100; ++i) fast.follow(eye_at({110.0f, 80.0f}, 0.3f), 0.002);
  EXPECT_NEAR(slow.corners().middle().x, fast.corners().middle().x, 0.3f);
}

TEST(EyeAnchor, KeepsItsSizeWithinBounds) {
  EyeAnchor anchor = settled_at({100.0f, 80.0f});
  for (int i = 0; i < 1000; ++i) anchor.follow(eye_at({100.0f, 80.0f}, 0.3f, 300.0f), kStep_s);
  EXPECT_LE(anchor.corners().width(), 140.0f);
}

}  // namespace
}  // namespace eyelid::landmarks
