// SPDX-License-Identifier: MIT
#include "eyelid/camera/gray_reader.hpp"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cstdlib>
#include <vector>

namespace eyelid::camera {
namespace {

constexpr int kWidth = 6;
constexpr int kHeight = 3;

// Two bytes a pixel, and 4 bytes of padding in each row.
struct WideBuffer {
  static constexpr int kStride = 2 * kWidth + 4;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(kStride * kHeight, 0xee);

  void set(int x, int y, int low, int high) {
    bytes[static_cast<std::size_t>(y * kStride + 2 * x)] = static_cast<std::uint8_t>(low);
    bytes[static_cast<std::size_t>(y * kStride + 2 * x + 1)] = static_cast<std::uint8_t>(high);
  }
  void set_value(int x, int y, int value) { set(x, y, value & 255, value >> 8); }
  void fill(int value) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) set_value(x, y, value);
    }
  }
  RawPicture raw() const { return {bytes.data(), bytes.size(), kStride}; }
};

TEST(GrayReader, EightBitsAreTheBufferItself) {
  const std::vector<std::uint8_t> bytes(kWidth * kHeight + kImageSlack, 7);
  GrayReader reader(PixelLayout::Gray8, kWidth, kHeight);
  const FrameView view = reader.read({bytes.data(), kWidth * kHeight, kWidth});
  EXPECT_EQ(view.pixels, bytes.data());
  EXPECT_EQ(view.stride, kWidth);
}

TEST(GrayReader, PackedColorsGiveTheirLuma) {
  WideBuffer buffer;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) buffer.set(x, y, 10 * y + x, 200);
  }
  GrayReader yuyv(PixelLayout::Yuyv, kWidth, kHeight);
  GrayReader uyvy(PixelLayout::Uyvy, kWidth, kHeight);
  const FrameView first = yuyv.read(buffer.raw());
  const FrameView second = uyvy.read(buffer.raw());
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      EXPECT_EQ(first.row(y)[x], 10 * y + x);
      EXPECT_EQ(second.row(y)[x], 200);
    }
  }
}

TEST(GrayReader, KnownDepthsKeepTheirUpperEightBits) {
  const struct {
    PixelLayout layout;
    int bits;
  } cases[] = {{PixelLayout::Gray10, 10}, {PixelLayout::Gray12, 12}, {PixelLayout::Gray14, 14}};
  for (const auto& [layout, bits] : cases) {
    WideBuffer buffer;
    buffer.fill(0);
    buffer.set_value(2, 1, 77 << (bits - 8));
    buffer.set_value(kWidth - 1, kHeight - 1, (1 << bits) - 1);
    GrayReader reader(layout, kWidth, kHeight);
    const FrameView view = reader.read(buffer.raw());
    EXPECT_EQ(view.row(0)[0], 0) << bits;
    EXPECT_EQ(view.row(1)[2], 77) << bits;
    EXPECT_EQ(view.row(kHeight - 1)[kWidth - 1], 255) << bits;
  }
}

TEST(GrayReader, SixteenBitsFollowTheLargestValueAndNeverShrink) {
  GrayReader reader(PixelLayout::Gray16, kWidth, kHeight);
  WideBuffer buffer;
  buffer.fill(1000);  // of 10 bits
  EXPECT_EQ(reader.read(buffer.raw()).row(0)[0], 250);
  buffer.fill(3000);  // 12 bits after all
  EXPECT_EQ(reader.read(buffer.raw()).row(0)[0], 187);
  buffer.fill(1000);  // and they stay
  EXPECT_EQ(reader.read(buffer.raw()).row(0)[0], 62);
  buffer.fill(65535);
  EXPECT_EQ(reader.read(buffer.raw()).row(0)[0], 255);
}

TEST(GrayReader, TooFewBytesAreNoPicture) {
  WideBuffer buffer;
  GrayReader reader(PixelLayout::Yuyv, kWidth, kHeight);
  RawPicture raw = buffer.raw();
  raw.size = 2 * WideBuffer::kStride + 2 * kWidth;  // the last row without its padding
  EXPECT_FALSE(reader.read(raw).is_empty());
  --raw.size;
  EXPECT_TRUE(reader.read(raw).is_empty());
}

TEST(GrayReader, DamagedAndOtherwiseSizedJpegsAreNoPicture) {
  constexpr int kSide = 64;
  std::vector<std::uint8_t> pixels(kSide * kSide * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 96);
  void* encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT: TurboJPEG's type
  ASSERT_EQ(
      tjCompress2(
          encoder, pixels.data(), kSide, 0, kSide, TJPF_RGB, &bytes, &size, TJSAMP_420, 95, 0),
      0);
  GrayReader reader(PixelLayout::Jpeg, kSide, kSide);
  const FrameView view = reader.read({bytes, size, 0});
  ASSERT_FALSE(view.is_empty());
  EXPECT_LE(std::abs(view.row(kSide - 1)[5] - pixels[(kSide - 1) * kSide * 3 + 15]), 4);
  EXPECT_TRUE(reader.read({bytes, size / 2, 0}).is_empty());
  EXPECT_TRUE(reader.read({bytes, 0, 0}).is_empty());
  GrayReader other(PixelLayout::Jpeg, kSide, kSide / 2);
  EXPECT_TRUE(other.read({bytes, size, 0}).is_empty());
  tjFree(bytes);
  tjDestroy(encoder);
}

}  // namespace
}  // namespace eyelid::camera
