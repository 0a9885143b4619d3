// SPDX-License-Identifier: MIT
#include "eyelid/core/half.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace eyelid {
namespace {

TEST(HalfPrecision, EveryHalfComesBack) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_from_half(half);
    if (std::isnan(value)) {
      EXPECT_TRUE((bits & 0x7c00u) == 0x7c00u && (bits & 0x3ffu) != 0);
      EXPECT_TRUE(std::isnan(float_from_half(half_from_float(value))));
    } else {
      ASSERT_EQ(half_from_float(value), half);
    }
  }
  EXPECT_EQ(float_from_half(0x3c00), 1.0f);
  EXPECT_EQ(float_from_half(0x0001), 0x1p-24f);
  EXPECT_EQ(float_from_half(0x03ff), 6.0975552e-5f);  // the largest subnormal
  EXPECT_EQ(float_from_half(0xfbff), -65504.0f);
  EXPECT_TRUE(std::signbit(float_from_half(0x8000)));
  EXPECT_TRUE(std::isinf(float_from_half(0x7c00)));
}

TEST(HalfPrecision, RoundsToNearestEven) {
  // Halfway between neighbors: to the even one; beyond: to the nearer one.
  for (unsigned bits = 0; bits + 1 < 0x7c00u; ++bits) {
    const float low = float_from_half(static_cast<std::uint16_t>(bits));
    const float high = float_from_half(static_cast<std::uint16_t>(bits + 1));
    const float middle = 0.5f * (low + high);
    ASSERT_EQ(half_from_float(middle), bits % 2 == 0 ? bits : bits + 1) << bits;
    ASSERT_EQ(half_from_float(std::nextafter(middle, high)), bits + 1) << bits;
    ASSERT_EQ(half_from_float(std::nextafter(middle, low)), bits) << bits;
  }
  EXPECT_EQ(half_from_float(65519.0f), 0x7bff);
  EXPECT_EQ(half_from_float(65520.0f), 0x7c00);
  EXPECT_EQ(half_from_float(-1e-9f), 0x8000);
}

}  // namespace
}  // namespace eyelid
