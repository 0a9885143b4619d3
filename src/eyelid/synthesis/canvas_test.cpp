// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/canvas.hpp"

#include <gtest/gtest.h>

#include "eyelid/synthesis/random.hpp"

namespace eyelid::synthesis {
namespace {

TEST(Canvas, TrianglesOfAMeshCoverEveryPixelOnce) {
  // A bent grid larger than the picture: every pixel must be hit by exactly one triangle.
  constexpr int kCells = 9;
  Random random(3, 1);
  std::vector<Point> points;
  for (int row = 0; row <= kCells; ++row) {
    for (int column = 0; column <= kCells; ++column) {
      points.push_back({-6.0f + 8.0f * static_cast<float>(column) + random.uniform_f(-2, 2),
                        -6.0f + 8.0f * static_cast<float>(row) + random.uniform_f(-2, 2)});
    }
  }
  std::vector<int> hits(60 * 60, 0);
  const auto count = [&](int x, int y, float a, float b, float c) {
    ++hits[static_cast<std::size_t>(60 * y + x)];
    EXPECT_NEAR(a + b + c, 1.0f, 1e-4f);
  };
  for (std::size_t row = 0; row < kCells; ++row) {
    for (std::size_t column = 0; column < kCells; ++column) {
      const std::size_t i = row * (kCells + 1) + column;
      const PixelBox clip{0, 0, 60, 60};
      fill_triangle(points[i], points[i + 1], points[i + kCells + 1], clip, count);
      fill_triangle(points[i + 1], points[i + kCells + 2], points[i + kCells + 1], clip, count);
    }
  }
  for (const int hit : hits) EXPECT_EQ(hit, 1);
}

TEST(Canvas, WeightsInterpolateTheCorners) {
  const Point a{2, 3}, b{50, 7}, c{10, 40};
  fill_triangle(a, b, c, {0, 0, 60, 60}, [&](int x, int y, float wa, float wb, float wc) {
    const Point p = a * wa + b * wb + c * wc;
    EXPECT_NEAR(p.x, static_cast<float>(x), 0.02f);
    EXPECT_NEAR(p.y, static_cast<float>(y), 0.02f);
  });
}

TEST(Canvas, TurnedAwayTrianglesAreNotDrawn) {
  int hits = 0;
  fill_triangle(
      {2, 3}, {10, 40}, {50, 7}, {0, 0, 60, 60}, [&](int, int, float, float, float) { ++hits; });
  EXPECT_EQ(hits, 0);
}

TEST(Canvas, SpreadKeepsTheSumAndFlattens) {
  Canvas canvas;
  canvas.resize(9, 9);
  std::fill(canvas.values.begin(), canvas.values.end(), 0.0f);
  canvas.row(4)[4] = 1.0f;
  canvas.row(0)[8] = 0.5f;
  spread(canvas, 0.25f);
  EXPECT_FLOAT_EQ(canvas.row(4)[4], 0.25f);
  EXPECT_FLOAT_EQ(canvas.row(4)[3], 0.125f);
  EXPECT_FLOAT_EQ(canvas.row(3)[3], 0.0625f);
  float sum = 0.0f;
  for (const float value : canvas.values) sum += value;
  EXPECT_NEAR(sum, 1.5f, 1e-6f);
}

}  // namespace
}  // namespace eyelid::synthesis
