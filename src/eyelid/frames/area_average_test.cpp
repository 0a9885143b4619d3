// SPDX-License-Identifier: MIT
#include "eyelid/frames/area_average.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "eyelid/core/error.hpp"

namespace eyelid::frames {
namespace {

GrayImage random_image(std::mt19937& random, int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) image.row(y)[x] = static_cast<std::uint8_t>(random());
  }
  return image;
}

/// The definition of adaptive average pooling, pixel by pixel.
double mean_of_box(const GrayImage& image, const PixelWindow& window, int x, int y, int w, int h) {
  const auto first = [](int i, int size, int n) { return std::floor(1.0 * i * size / n); };
  const auto last = [](int i, int size, int n) { return std::ceil((i + 1.0) * size / n); };
  double sum = 0.0;
  int count = 0;
  for (int v = static_cast<int>(first(y, window.height, h)); v < last(y, window.height, h); v++) {
    for (int u = static_cast<int>(first(x, window.width, w)); u < last(x, window.width, w); u++) {
      sum += image.row(window.y + v)[window.x + u];
      count++;
    }
  }
  return sum / count;
}

TEST(AreaAverage, EqualsTheDefinitionWhenShrinkingAndGrowing) {
  std::mt19937 random(5);
  AreaAverage average;
  for (const auto& [width, height] : {std::pair(64, 48), {33, 57}, {7, 5}, {1, 1}}) {
    const GrayImage image = random_image(random, width, height);
    average.set_frame(image);
    for (int round = 0; round < 20; round++) {
      PixelWindow window;
      window.x = static_cast<int>(random() % static_cast<unsigned>(width));
      window.y = static_cast<int>(random() % static_cast<unsigned>(height));
      window.width = 1 + static_cast<int>(random() % static_cast<unsigned>(width - window.x));
      window.height = 1 + static_cast<int>(random() % static_cast<unsigned>(height - window.y));
      const int w = 1 + static_cast<int>(random() % 30), h = 1 + static_cast<int>(random() % 30);
      average.select(window, w, h, 127.5f, 1.0f / 128.0f);
      for (int y = 0; y < h; y++) {
        std::vector<float> row(static_cast<std::size_t>(3 * w), -9.0f);
        average.write_columns(y, 0, 2, row.data(), 6);
        average.write_columns(y, 1, 2, row.data() + 3, 6);
        for (int x = 0; x < w; x++) {
          const auto at = static_cast<std::size_t>(3 * x);
          ASSERT_NEAR(row[at], (mean_of_box(image, window, x, y, w, h) - 127.5) / 128.0, 1e-6);
          ASSERT_EQ(row[at + 1], -9.0f);
          ASSERT_EQ(row[at + 2], -9.0f);
        }
      }
    }
  }
}

TEST(AreaAverage, StaysExactWhereTheSumsWrapAround) {
  // 20 million white pixels: the table's last entries exceed 32 bits.
  GrayImage image(5000, 4000);
  for (int y = 0; y < 4000; y++) std::fill_n(image.row(y), 5000, std::uint8_t{255});
  image.row(3999)[4999] = 0;
  AreaAverage average;
  average.set_frame(image);
  average.select({4990, 3990, 10, 10}, 1, 1, 0.0f, 1.0f);
  float mean = 0.0f;
  average.write_columns(0, 0, 1, &mean, 1);
  EXPECT_NEAR(mean, 255.0 * 0.99, 1e-4);
}

TEST(AreaAverage, RefusesWindowsOutsideOfTheFrame) {
  AreaAverage average;
  average.set_frame(GrayImage(8, 8));
  EXPECT_THROW(average.select({0, 0, 9, 1}, 4, 4, 0.0f, 1.0f), ContractError);
  EXPECT_THROW(average.select({0, 0, 0, 1}, 4, 4, 0.0f, 1.0f), ContractError);
  EXPECT_THROW(average.set_frame(FrameView()), ContractError);
}

}  // namespace
}  // namespace eyelid::frames
