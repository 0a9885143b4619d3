// SPDX-License-Identifier: MIT
#include "eyelid/films/eye_crop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace eyelid::films {
namespace {

TEST(EyeCrop, PutsTheLidPointsWhereThePixelsWent) {
  GrayImage frame(200, 100);
  for (int y = 0; y < 100; ++y) std::fill_n(frame.row(y), 200, std::uint8_t{20});
  const EyePoints lid = {
      Point{80, 50}, Point{93, 42}, Point{107, 42}, Point{120, 50}, Point{107, 58}, Point{93, 58}};
  for (const Point& point : lid) {
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) {
        frame.row(static_cast<int>(point.y) + dy)[static_cast<int>(point.x) + dx] = 220;
      }
    }
  }
  const EyeCrop crop = cut_eye(frame, lid);
  ASSERT_EQ(crop.lids.size(), 1u);
  for (const Point& point : crop.lids[0]) {
    const int x = static_cast<int>(std::lround(point.x));
    const int y = static_cast<int>(std::lround(point.y));
    ASSERT_TRUE(x >= 0 && x < crop.image.width() && y >= 0 && y < crop.image.height());
    EXPECT_GT(crop.image.row(y)[x], 150) << point.x << " " << point.y;
  }
  EXPECT_LT(crop.image.row(1)[1], 40);
}

TEST(EyeCrop, SurvivesEyesOutsideOfTheFrameAndPointsThatAreNotNumbers) {
  GrayImage frame(64, 48);
  for (int y = 0; y < 48; ++y) std::fill_n(frame.row(y), 64, std::uint8_t{99});
  EyePoints far;
  far.fill({-500.0f, 9000.0f});
  far[3] = {-480.0f, 9000.0f};
  EXPECT_EQ(cut_eye(frame, far).image.row(5)[5], 99);
  far.fill({NAN, NAN});
  const EyeCrop crop = cut_eye(frame, far);
  EXPECT_TRUE(crop.lids.empty());
  EXPECT_EQ(crop.image.row(5)[5], 99);
}

}  // namespace
}  // namespace eyelid::films
