// SPDX-License-Identifier: MIT
#include "eyelid/frames/letterbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "eyelid/core/geometry.hpp"

namespace eyelid::frames {
namespace {

GrayImage random_image(int width, int height, unsigned seed) {
  GrayImage image(width, height);
  std::mt19937 random(seed);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
  }
  return image;
}

/// Mean of the source over one target pixel, black outside: the meaning of "area average".
double exact_area(const FrameView& source, const Placement& placement, int tx, int ty) {
  const auto interval = [&](int target, double offset) {
    return std::pair((target - offset) / placement.scale, (target + 1 - offset) / placement.scale);
  };
  const auto [x0, x1] = interval(tx, placement.offset_x);
  const auto [y0, y1] = interval(ty, placement.offset_y);
  double sum = 0.0;
  for (int y = 0; y < source.height; y++) {
    const double height = std::min(y1, y + 1.0) - std::max(y0, static_cast<double>(y));
    for (int x = 0; height > 0 && x < source.width; x++) {
      const double width = std::min(x1, x + 1.0) - std::max(x0, static_cast<double>(x));
      if (width > 0) sum += width * height * source.row(y)[x];
    }
  }
  return sum * placement.scale * placement.scale;
}

TEST(Letterbox, AveragesAreasWhenShrinking) {
  Letterbox letterbox(32);
  for (const auto& [width, height] :
       {std::pair(640, 480), {33, 32}, {100, 37}, {41, 200}, {77, 1}}) {
    const GrayImage frame = random_image(width, height, 7);
    const GrayImage& input = letterbox.fit(frame);
    ASSERT_EQ(input.width(), 32);
    ASSERT_EQ(input.height(), 32);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        const double exact = exact_area(frame, letterbox.placement(), x, y);
        ASSERT_NEAR(input.row(y)[x], exact, 1.0)
            << width << "x" << height << " at " << x << "," << y;
      }
    }
  }
}

TEST(Letterbox, CopiesAtEqualSizeAndInterpolatesWhenGrowing) {
  const GrayImage frame = random_image(32, 24, 9);
  Letterbox same(32);
  const GrayImage& copy = same.fit(frame);
  for (int y = 0; y < 24; y++) {
    EXPECT_TRUE(std::equal(frame.row(y), frame.row(y) + 32, copy.row(y + 4))) << "row " << y;
  }
  for (const int y : {0, 3, 28, 31}) {
    EXPECT_TRUE(std::all_of(copy.row(y), copy.row(y) + 32, [](int p) { return p == 0; }));
  }

  Letterbox larger(96);
  const GrayImage& grown = larger.fit(frame);
  for (int y = 0; y < 24; y++) {
    for (int x = 0; x < 32; x++) {  // centers of threefold pixels fall on source centers
      ASSERT_EQ(grown.row(12 + 3 * y + 1)[3 * x + 1], frame.row(y)[x]);
    }
  }
  GrayImage dot(1, 1);
  dot.row(0)[0] = 200;
  const GrayImage& flat = larger.fit(dot);
  EXPECT_EQ(flat.row(0)[0], 200);
  EXPECT_EQ(flat.row(95)[95], 200);
}

/// Positions of the input -> of the frame, both from pixel centers.
Similarity frame_from_input(const Placement& placement) {
  const double inverse = 1.0 / placement.scale;
  return {static_cast<float>(inverse),
          0.0f,
          static_cast<float>((0.5 - placement.offset_x) * inverse - 0.5),
          static_cast<float>((0.5 - placement.offset_y) * inverse - 0.5)};
}

TEST(Letterbox, SaysWhereTheFrameLies) {
  Letterbox letterbox(128);
  letterbox.fit(random_image(640, 480, 1));
  const Similarity back = frame_from_input(letterbox.placement());
  // The input pixel (0, 16) holds the frame pixels 0..4 of both directions: their center is 2.
  EXPECT_FLOAT_EQ(back({0.0f, 16.0f}).x, 2.0f);
  EXPECT_FLOAT_EQ(back({0.0f, 16.0f}).y, 2.0f);
  EXPECT_FLOAT_EQ(back.scale(), 5.0f);
  // A dot comes back to its own place within half an input pixel.
  GrayImage frame(320, 243);
  for (int y = 0; y < 243; y++) std::fill_n(frame.row(y), 320, std::uint8_t{0});
  for (int y = 100; y < 105; y++) std::fill_n(frame.row(y) + 200, 5, std::uint8_t{255});
  const GrayImage& input = letterbox.fit(frame);
  double sum = 0, sum_x = 0, sum_y = 0;
  for (int y = 0; y < 128; y++) {
    for (int x = 0; x < 128; x++) {
      sum += input.row(y)[x];
      sum_x += x * input.row(y)[x];
      sum_y += y * input.row(y)[x];
    }
  }
  const Point center = frame_from_input(letterbox.placement())(
      {static_cast<float>(sum_x / sum), static_cast<float>(sum_y / sum)});
  EXPECT_NEAR(center.x, 202.0, 0.05);
  EXPECT_NEAR(center.y, 102.0, 0.05);
}

TEST(Letterbox, TakesEverySize) {
  Letterbox letterbox(128);
  for (const auto& [width, height] :
       {std::pair(1, 1), {1, 1000}, {3000, 2}, {127, 128}, {129, 128}, {128, 128}, {1920, 1080}}) {
    GrayImage white(width, height);
    for (int y = 0; y < height; y++) std::fill_n(white.row(y), width, std::uint8_t{255});
    const GrayImage& input = letterbox.fit(white);
    EXPECT_GE(input.row(64)[64], height == 2 || width == 1 ? 5 : 254) << width << "x" << height;
  }
}

}  // namespace
}  // namespace eyelid::frames
