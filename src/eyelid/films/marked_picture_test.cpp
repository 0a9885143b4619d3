// SPDX-License-Identifier: MIT
#include "eyelid/films/marked_picture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "eyelid/films/jpeg.hpp"

namespace eyelid::films {
namespace {

GrayImage flat(int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) std::fill_n(image.row(y), width, std::uint8_t{100});
  return image;
}

bool is_color(const RgbView& view, int x, int y, Color color) {
  const std::uint8_t* pixel = view.pixels + y * view.stride + 3 * x;
  return pixel[0] == color.red && pixel[1] == color.green && pixel[2] == color.blue;
}

TEST(MarkedPicture, DrawsTheOutlineInsideTheBoxAndLeavesTheRest) {
  const GrayImage image = flat(100, 80);
  MarkedPicture marked(image);
  const Color green{0, 158, 115};
  marked.draw_box({10, 20, 30, 40}, green);
  const RgbView view = marked.view();
  for (const auto& [x, y] : {std::pair{10, 20}, {39, 59}, {10, 59}, {39, 20}, {11, 40}, {38, 40}})
    EXPECT_TRUE(is_color(view, x, y, green)) << x << ' ' << y;
  for (const auto& [x, y] : {std::pair{9, 20}, {40, 59}, {10, 60}, {39, 19}, {12, 40}, {37, 40}})
    EXPECT_TRUE(is_color(view, x, y, {100, 100, 100})) << x << ' ' << y;
}

TEST(MarkedPicture, BoxesMayLieAnywhere) {
  const GrayImage image = flat(20, 10);
  const float huge = std::numeric_limits<float>::max();
  for (const Rect& box : {Rect{-50, -50, 500, 500},
                          Rect{300, 300, 5, 5},
                          Rect{-huge, 0, huge, 5},
                          Rect{0, 0, std::numeric_limits<float>::quiet_NaN(), 5},
                          Rect{5, 5, 0, 0}}) {
    MarkedPicture marked(image);
    marked.draw_box(box, {255, 0, 0}, "a label longer than the picture is wide");
    EXPECT_EQ(marked.view().width, 20);
  }
}

TEST(MarkedPicture, ComesBackFromAJpegInColor) {
  const GrayImage image = flat(64, 64);
  MarkedPicture marked(image);
  marked.draw_box({0, 0, 64, 64}, {213, 94, 0}, "MISSED");
  const std::vector<std::uint8_t> bytes = rgb_jpeg(marked.view(), 95);
  ASSERT_GT(bytes.size(), 100u);
  EXPECT_EQ(bytes[0], 0xff);
  EXPECT_EQ(bytes[1], 0xd8);
}

}  // namespace
}  // namespace eyelid::films
