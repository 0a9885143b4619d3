// SPDX-License-Identifier: MIT
#include "eyelid/core/eye_aspect_ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace eyelid {
namespace {

// Corners 20 px apart, pairs 6 and 4 px high: (6 + 4) / (2 * 20) = 0.25.
constexpr EyePoints kQuarter{
    Point{0, 0}, Point{6, -3}, Point{14, -2}, Point{20, 0}, Point{14, 2}, Point{6, 3}};

TEST(EyeAspectRatio, FollowsEquationOne) {
  EXPECT_FLOAT_EQ(*eye_aspect_ratio(kQuarter), 0.25f);
  EXPECT_EQ(ear_or_nan(kQuarter), *eye_aspect_ratio(kQuarter));
}

TEST(EyeAspectRatio, IsZeroWhenTheLidsMeet) {
  EyePoints closed = kQuarter;
  closed[1] = closed[5];
  closed[2] = closed[4];
  EXPECT_FLOAT_EQ(*eye_aspect_ratio(closed), 0.0f);
}

TEST(EyeAspectRatio, IgnoresScaleShiftAndRotation) {
  const Similarity moved{3.0f * std::cos(0.7f), 3.0f * std::sin(0.7f), 250.0f, -40.0f};
  EyePoints points = kQuarter;
  for (Point& point : points) point = moved(point);
  EXPECT_NEAR(*eye_aspect_ratio(points), 0.25f, 1e-5f);
}

TEST(EyeAspectRatio, IsAbsentForCoincidingCorners) {
  EyePoints points = kQuarter;
  points[3] = points[0];
  EXPECT_FALSE(eye_aspect_ratio(points).has_value());
  EXPECT_FALSE(eye_aspect_ratio(EyePoints{}).has_value());  // 0 / 0
  EXPECT_TRUE(std::isnan(ear_or_nan(points)));
  EXPECT_TRUE(std::isnan(ear_or_nan(EyePoints{})));
}

TEST(EyeAspectRatio, IsAbsentForPointsThatAreNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (std::size_t i = 0; i < 6; ++i) {
      EyePoints points = kQuarter;
      points[i].x = bad;
      EXPECT_FALSE(eye_aspect_ratio(points).has_value()) << bad << " in point " << i;
    }
  }
}

}  // namespace
}  // namespace eyelid
