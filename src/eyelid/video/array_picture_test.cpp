// SPDX-License-Identifier: MIT
#include "eyelid/video/array_picture.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "refusal.hpp"

namespace eyelid::video {
namespace {

using testing::refusal_of;

template <class Sample>
ArrayPicture picture_of(const std::vector<Sample>& samples,
                        int width,
                        int height,
                        SampleOrder order = SampleOrder::Gray) {
  const auto row = static_cast<std::ptrdiff_t>(sizeof(Sample) * samples_per_pixel(order)) * width;
  return {reinterpret_cast<const std::byte*>(samples.data()),
          width,
          height,
          row,
          order,
          sizeof(Sample) == 2};
}

std::vector<int> gray(const ArrayPicture& picture, int used_bits = 16) {
  GrayImage image;
  ArrayReader().read(picture, used_bits, "array", image);
  std::vector<int> pixels;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) pixels.push_back(image.row(y)[x]);
  }
  return pixels;
}

TEST(ArrayPicture, GrayStaysAsItIs) {
  const std::vector<std::uint8_t> samples = {0, 1, 2, 253, 254, 255};
  EXPECT_EQ(gray(picture_of(samples, 3, 2)), (std::vector<int>{0, 1, 2, 253, 254, 255}));
}

TEST(ArrayPicture, RowsMayLieAnywhere) {
  const std::vector<std::uint8_t> samples = {1, 2, 99, 3, 4, 99};
  ArrayPicture part = picture_of(samples, 2, 2);
  part.stride = 3;
  EXPECT_EQ(gray(part), (std::vector<int>{1, 2, 3, 4}));
  part.pixels += 3;
  part.stride = -3;
  EXPECT_EQ(gray(part), (std::vector<int>{3, 4, 1, 2}));
}

TEST(ArrayPicture, ColorBecomesLumaInEveryOrder) {
  const int luma = (77 * 10 + 150 * 200 + 29 * 90 + 128) >> 8;
  const std::vector<std::uint8_t> rgb = {10, 200, 90, 7, 7, 7};
  EXPECT_EQ(gray(picture_of(rgb, 2, 1, SampleOrder::Rgb)), (std::vector<int>{luma, 7}));
  const std::vector<std::uint8_t> bgr = {90, 200, 10, 7, 7, 7};
  EXPECT_EQ(gray(picture_of(bgr, 2, 1, SampleOrder::Bgr)), (std::vector<int>{luma, 7}));
  const std::vector<std::uint8_t> rgba = {10, 200, 90, 0, 7, 7, 7, 255};
  EXPECT_EQ(gray(picture_of(rgba, 2, 1, SampleOrder::Rgba)), (std::vector<int>{luma, 7}));
  const std::vector<std::uint8_t> bgra = {90, 200, 10, 0, 7, 7, 7, 255};
  EXPECT_EQ(gray(picture_of(bgra, 2, 1, SampleOrder::Bgra)), (std::vector<int>{luma, 7}));
}

TEST(ArrayPicture, OfSixteenBitsTheUpperOnesInUseCount) {
  const std::vector<std::uint16_t> samples = {0, 0x0fff, 0x0800, 0xffff};
  EXPECT_EQ(gray(picture_of(samples, 4, 1), 12), (std::vector<int>{0, 255, 128, 255}));
  EXPECT_EQ(gray(picture_of(samples, 4, 1), 16), (std::vector<int>{0, 15, 8, 255}));
  EXPECT_EQ(ArrayReader().largest_of_16_bits(picture_of(samples, 3, 1)), 0x0fff);
  const std::vector<std::uint16_t> bgr = {90 << 8, 200 << 8, 10 << 8};
  EXPECT_EQ(gray(picture_of(bgr, 1, 1, SampleOrder::Bgr)),
            (std::vector<int>{(77 * 10 + 150 * 200 + 29 * 90 + 128) >> 8}));
}

TEST(ArrayPicture, RefusesSizesThatNoPictureHas) {
  const std::vector<std::uint8_t> samples(8);
  ArrayPicture picture = picture_of(samples, 0, 2);
  EXPECT_EQ(refusal_of([&] { check_size(picture, "frame"); }),
            "frame: a picture of 0 x 2 pixels, expected 1 to 16384 a side and at most 134217728 in "
            "all");
  picture.width = 20000;
  EXPECT_NE(refusal_of([&] { gray(picture); }), "");
}

}  // namespace
}  // namespace eyelid::video
