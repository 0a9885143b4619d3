// SPDX-License-Identifier: MIT
#include "eyelid/kernels/multiply_add.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace eyelid::kernels {
namespace {

/// fmaf() of mingw-w64 does not; there, the tests of all kernels compare multiply_add() with AVX2.
bool does_library_round_once() {
  const volatile float factor = 1.0f + 0x1p-12f, almost_nothing = 0x1p-80f;
  return std::fma(factor, factor, almost_nothing) == 0x1.002002p+0f;
}

// Any bits: also numbers below the normal range, infinities and NaN.
TEST(MultiplyAdd, EqualsTheLibraryOnAnyNumbers) {
  if (!does_library_round_once()) GTEST_SKIP() << "fmaf() of this library rounds twice";
  std::mt19937 random(1);
  const auto any = [&] { return std::bit_cast<float>(static_cast<std::uint32_t>(random())); };
  for (int i = 0; i < 200000; i++) {
    const float a = any(), b = any(), c = any();
    const float expected = std::fma(a, b, c), found = multiply_add(a, b, c);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(found));
    } else {
      ASSERT_EQ(found, expected) << a << " * " << b << " + " << c;
    }
  }
}

// Products of short numbers and a third far smaller: sums on and beside the ties of single
// precision, which two roundings get wrong.
TEST(MultiplyAdd, EqualsTheLibraryBesideTies) {
  if (!does_library_round_once()) GTEST_SKIP() << "fmaf() of this library rounds twice";
  std::mt19937 random(2);
  const auto number = [&](std::uint32_t kept_bits, int exponent) {
    const float one_to_two =
        std::bit_cast<float>(0x3f800000u | (static_cast<std::uint32_t>(random()) & kept_bits));
    return std::ldexp(random() % 2 == 0 ? one_to_two : -one_to_two, exponent);
  };
  int different = 0;
  for (int i = 0; i < 200000; i++) {
    const int scale = i % 3 == 0 ? -70 : 0;  // the sum below the normal range
    const float a = number(0x7ff000u, scale), b = number(0x7ff800u, scale);
    const float c = number(0x7fffffu, 2 * scale - static_cast<int>(random() % 60));
    const float expected = std::fma(a, b, c);
    ASSERT_EQ(multiply_add(a, b, c), expected) << a << " * " << b << " + " << c;
    different += static_cast<float>(double{a} * double{b} + double{c}) != expected;
  }
  EXPECT_GT(different, 100);  // else this tests nothing
}

}  // namespace
}  // namespace eyelid::kernels
