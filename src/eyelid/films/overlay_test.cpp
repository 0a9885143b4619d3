// SPDX-License-Identifier: MIT
#include "eyelid/films/overlay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {
namespace {

GrayImage gray(int width, int height) {
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) std::fill_n(image.row(y), width, std::uint8_t{100});
  return image;
}

EyeLandmarks eyes_at(float x, float y) {
  const EyePoints lid = {Point{x, y},
                         Point{x + 10, y - 8},
                         Point{x + 20, y - 8},
                         Point{x + 30, y},
                         Point{x + 20, y + 8},
                         Point{x + 10, y + 8}};
  EyeLandmarks eyes{.right = lid, .left = lid};
  for (Point& point : eyes.left) point.x += 80.0f;
  return eyes;
}

const std::uint8_t* pixel(const RgbView& view, int x, int y) {
  return view.pixels + y * view.stride + 3 * x;
}

EyelidSample sample_with(float right, float left) {
  EyelidSample sample;
  sample.is_valid = true;
  sample.fec.right = right;
  sample.fec.left = left;
  sample.face_box = {150.0f, 100.0f, 200.0f, 220.0f};
  return sample;
}

TEST(PixelFont, TellsDigitsApart) {
  for (char a = '0'; a <= '9'; ++a) {
    for (char b = static_cast<char>(a + 1); b <= '9'; ++b) EXPECT_NE(glyph(a), glyph(b));
  }
  EXPECT_EQ(glyph('a'), glyph('A'));
  EXPECT_EQ(glyph('\xFF'), glyph(' '));
}

TEST(Overlay, ColorsTheLidsAndTheBoxAndLeavesTheRestGray) {
  const GrayImage frame = gray(640, 480);
  OverlayPainter painter;
  const RgbView view = painter.draw(frame, sample_with(0.2f, 0.9f), eyes_at(200, 200));
  EXPECT_EQ(view.width, 640);
  EXPECT_EQ(view.height, 480);
  const std::uint8_t* upper_right_lid = pixel(view, 215, 192);
  EXPECT_GT(upper_right_lid[2], upper_right_lid[0] + 50) << "the right eye is blue";
  const std::uint8_t* upper_left_lid = pixel(view, 295, 192);
  EXPECT_GT(upper_left_lid[0], upper_left_lid[2] + 50) << "the left eye is orange";
  EXPECT_GT(pixel(view, 250, 100)[0], 150) << "edge of the box";
  const std::uint8_t* untouched = pixel(view, 30, 30);
  EXPECT_EQ(untouched[0], 100);
  EXPECT_EQ(untouched[1], 100);
  EXPECT_EQ(untouched[2], 100);
}

TEST(Overlay, BarsGrowWithClosure) {
  const GrayImage frame = gray(640, 480);
  OverlayPainter painter;
  const auto blue_pixels = [&](float fec) {
    const RgbView view = painter.draw(frame, sample_with(fec, kNotAvailable), std::nullopt);
    int count = 0;
    for (int y = 450; y < 480; ++y) {
      for (int x = 0; x < 640; ++x) {
        count += pixel(view, x, y)[2] == 233 && pixel(view, x, y)[0] == 86;
      }
    }
    return count;
  };
  EXPECT_LT(blue_pixels(0.0f), blue_pixels(0.5f));
  EXPECT_LT(blue_pixels(0.5f), blue_pixels(1.0f));
  EXPECT_EQ(blue_pixels(1.0f), blue_pixels(1.5f)) << "a bar ends at closed";
}

TEST(Overlay, SurvivesWhatIsNotANumberAndWhatLiesOutside) {
  OverlayPainter painter;
  for (const auto& [width, height] : {std::pair{640, 480}, std::pair{7, 5}, std::pair{1, 1}}) {
    const GrayImage frame = gray(width, height);
    EyelidSample sample = sample_with(NAN, -1e30f);
    sample.time_s = NAN;
    sample.face_box = {-1e30f, 5.0f, 2e30f, 1e9f};
    EyeLandmarks eyes = eyes_at(-3e9f, 1e9f);
    eyes.left[2].x = NAN;
    EXPECT_EQ(painter.draw(frame, sample, eyes).width, width);
    sample.face_box = {NAN, NAN, NAN, NAN};
    EXPECT_EQ(painter.draw(frame, sample, std::nullopt).height, height);
  }
}

}  // namespace
}  // namespace eyelid::films
