// SPDX-License-Identifier: MIT
#include "eyelid/video/gray_png.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>

#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/video/picture.hpp"
#include "png_chunk.hpp"

namespace eyelid::video {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::string compressed(const std::string& bytes) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string result(libdeflate_zlib_compress_bound(compressor, bytes.size()), '\0');
  result.resize(libdeflate_zlib_compress(
      compressor, bytes.data(), bytes.size(), result.data(), result.size()));
  libdeflate_free_compressor(compressor);
  return result;
}

/// Pixels under a filter, as the recommendation defines it.
std::string filtered(const GrayImage& image, int filter) {
  const auto at = [&](int x, int y) { return x < 0 || y < 0 ? 0 : int{image.row(y)[x]}; };
  std::string bytes;
  for (int y = 0; y < image.height(); ++y) {
    const int used = filter < 0 ? y % 5 : filter;
    bytes += static_cast<char>(used);
    for (int x = 0; x < image.width(); ++x) {
      const int left = at(x - 1, y), up = at(x, y - 1), corner = at(x - 1, y - 1);
      const int guess = left + up - corner;
      const int to_left = std::abs(guess - left), to_up = std::abs(guess - up);
      const int to_corner = std::abs(guess - corner);
      const int nearest = to_left <= to_up && to_left <= to_corner ? left
                          : to_up <= to_corner                     ? up
                                                                   : corner;
      const int predictions[] = {0, left, up, (left + up) / 2, nearest};
      bytes += static_cast<char>(at(x, y) - predictions[used]);
    }
  }
  return bytes;
}

const std::string kSignature = "\x89PNG\r\n\x1a\n";

std::string header(int width, int height, std::string_view rest = {"\x08\0\0\0\0", 5}) {
  return png_chunk("IHDR",
                   png_number(static_cast<std::uint32_t>(width)) +
                       png_number(static_cast<std::uint32_t>(height)) + std::string(rest));
}

std::string png(const GrayImage& image, int filter) {
  return kSignature + header(image.width(), image.height()) +
         png_chunk("IDAT", compressed(filtered(image, filter))) + png_chunk("IEND", "");
}

GrayImage noise(int width, int height) {
  std::mt19937 random(static_cast<unsigned>(width));
  GrayImage image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.row(y)[x] = static_cast<std::uint8_t>(random());
  }
  return image;
}

Bytes bytes_of(const std::string& file) { return {file.begin(), file.end()}; }

bool is_decoded(const std::string& file) {
  GrayImage image;
  return decode_gray_png(bytes_of(file), image);
}

void expect_pixels(const GrayImage& found, const GrayImage& expected) {
  ASSERT_EQ(found.width(), expected.width());
  ASSERT_EQ(found.height(), expected.height());
  for (int y = 0; y < expected.height(); ++y) {
    for (int x = 0; x < expected.width(); ++x) {
      ASSERT_EQ(found.row(y)[x], expected.row(y)[x]) << x << ", " << y;
    }
  }
}

TEST(GrayPng, UndoesEveryFilter) {
  for (const auto& [width, height] : {std::pair(1, 1), {1, 7}, {9, 1}, {64, 33}}) {
    const GrayImage expected = noise(width, height);
    for (int filter = -1; filter < 5; ++filter) {
      GrayImage found;
      ASSERT_TRUE(decode_gray_png(bytes_of(png(expected, filter)), found)) << filter;
      expect_pixels(found, expected);
    }
  }
}

TEST(GrayPng, TakesDataInPartsBesideRemarks) {
  const GrayImage expected = noise(40, 30);
  const std::string data = compressed(filtered(expected, -1));
  const std::string file = kSignature + header(40, 30) + png_chunk("gAMA", png_number(45455)) +
                           png_chunk("IDAT", data.substr(0, 100)) + png_chunk("IDAT", "") +
                           png_chunk("IDAT", data.substr(100)) +
                           png_chunk("tEXt", std::string("camera\0one", 10)) +
                           png_chunk("IEND", "");
  GrayImage found;
  ASSERT_TRUE(decode_gray_png(bytes_of(file), found));
  expect_pixels(found, expected);
}

TEST(GrayPng, LeavesOtherPicturesToFfmpeg) {
  const GrayImage image = noise(16, 16);
  const std::string data = png_chunk("IDAT", compressed(filtered(image, 0)));
  const std::string end = png_chunk("IEND", "");
  const std::string begin = kSignature + header(16, 16);
  ASSERT_TRUE(is_decoded(begin + data + end));
  for (const std::string_view kind : {std::string_view("\x10\0\0\0\0", 5),
                                      std::string_view("\x08\2\0\0\0", 5),
                                      std::string_view("\x08\3\0\0\0", 5),
                                      std::string_view("\x08\4\0\0\0", 5),
                                      std::string_view("\x08\0\0\0\1", 5),
                                      std::string_view("\x04\0\0\0\0", 5)}) {
    EXPECT_FALSE(is_decoded(kSignature + header(16, 16, kind) + data + end));
  }
  EXPECT_FALSE(is_decoded(begin + png_chunk("tRNS", std::string(2, '\0')) + data + end));
  EXPECT_FALSE(is_decoded(begin + png_chunk("PLTE", std::string(3, '\0')) + data + end));
  EXPECT_FALSE(is_decoded("GIF89a"));
  EXPECT_FALSE(is_decoded(""));
}

TEST(GrayPng, LeavesDamageToFfmpegWhichRefusesIt) {
  const GrayImage image = noise(20, 20);
  const std::string file = png(image, 4);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(is_decoded(file.substr(0, size))) << size;
  }
  for (std::size_t i = 8; i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_FALSE(is_decoded(damaged)) << i;
  }
  const std::string rows = filtered(image, 0);
  const auto with = [&](const std::string& data) {
    return kSignature + header(20, 20) + png_chunk("IDAT", data) + png_chunk("IEND", "");
  };
  ASSERT_TRUE(is_decoded(with(compressed(rows))));
  EXPECT_FALSE(is_decoded(with(compressed(rows + "x"))));
  EXPECT_FALSE(is_decoded(with(compressed(rows.substr(1)))));
  EXPECT_FALSE(is_decoded(with(compressed(rows) + "x")));
  EXPECT_FALSE(is_decoded(with(compressed('\5' + rows.substr(1)))));
  for (const auto& [width, height] : {std::pair(0, 20), {20, 0}, {16385, 1}, {-1, -1}, {-1, 0}}) {
    const std::string file_of_size = kSignature + header(width, height) +
                                     png_chunk("IDAT", compressed(rows)) + png_chunk("IEND", "");
    EXPECT_FALSE(is_decoded(file_of_size)) << width << "x" << height;
  }
  EXPECT_THROW(decode_picture(bytes_of(file.substr(0, file.size() / 2)), "p.png"), InputError);
}

TEST(GrayPng, LeavesChunksInAnotherOrderToFfmpeg) {
  const GrayImage image = noise(16, 16);
  const std::string pixels = compressed(filtered(image, 0));
  const std::string head = header(16, 16), end = png_chunk("IEND", "");
  const std::string first = png_chunk("IDAT", pixels.substr(0, 50));
  const std::string second = png_chunk("IDAT", pixels.substr(50)),
                    remark = png_chunk("tIME", "1234567");
  ASSERT_TRUE(is_decoded(kSignature + head + remark + first + second + remark + end));
  EXPECT_TRUE(is_decoded(kSignature + head + first + second + end + "bytes behind the picture"));
  EXPECT_FALSE(is_decoded(kSignature + head + first + remark + second + end));
  EXPECT_FALSE(is_decoded(kSignature + head + head + first + second + end));
  EXPECT_FALSE(is_decoded(kSignature + remark + head + first + second + end));
  EXPECT_FALSE(is_decoded(kSignature + first + second + end));
  EXPECT_FALSE(is_decoded(kSignature + head + first + second));
}

TEST(GrayPng, IsWhatDecodePictureGivesWithoutFfmpeg) {
  const GrayImage expected = noise(100, 50);
  const Bytes file = bytes_of(png(expected, -1));
  EXPECT_FALSE(decode_stored(file, "p.png").frame);
  expect_pixels(decode_picture(file, "p.png"), expected);
}

}  // namespace
}  // namespace eyelid::video
