// SPDX-License-Identifier: MIT
#include "eyelid/films/jpeg.hpp"

#include <gtest/gtest.h>

namespace eyelid::films {
namespace {

TEST(Jpeg, GivesTheSameBytesForTheSamePixels) {
  GrayImage image(33, 17);
  for (int y = 0; y < 17; ++y) {
    for (int x = 0; x < 33; ++x) image.row(y)[x] = static_cast<std::uint8_t>(7 * x + 3 * y);
  }
  const auto bytes = gray_jpeg(image, 80);
  ASSERT_GT(bytes.size(), 4u);
  EXPECT_EQ(bytes[0], 0xFF);
  EXPECT_EQ(bytes[1], 0xD8);
  EXPECT_EQ(bytes[bytes.size() - 1], 0xD9);
  EXPECT_EQ(bytes, gray_jpeg(image, 80));
}

}  // namespace
}  // namespace eyelid::films
