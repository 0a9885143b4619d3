// SPDX-License-Identifier: MIT
#include "eyelid/core/image.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid {
namespace {

TEST(GrayImage, RowsAreAlignedAndWideEnough) {
  const GrayImage image(65, 3);
  EXPECT_EQ(image.stride(), 128);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(image.row(2)) % 64, 0u);
}

TEST(GrayImage, ShrinkingAndGrowingBackKeepsTheMemory) {
  GrayImage image(640, 480);
  const std::uint8_t* memory = image.row(0);
  image.resize(320, 240);
  image.resize(640, 480);
  EXPECT_EQ(image.row(0), memory);
}

TEST(GrayImage, CopyIsDeepAndMoveLeavesNothing) {
  GrayImage image(3, 2);
  image.row(1)[2] = 77;
  GrayImage copy = image.copy();
  image.row(1)[2] = 5;
  EXPECT_EQ(copy.row(1)[2], 77);
  const GrayImage moved = std::move(copy);
  EXPECT_EQ(moved.row(1)[2], 77);
  EXPECT_TRUE(copy.is_empty());  // NOLINT: moved-from is defined to be empty
}

TEST(GrayImage, RefusesAnEmptySize) { EXPECT_THROW(GrayImage(0, 5), ContractError); }

}  // namespace
}  // namespace eyelid
