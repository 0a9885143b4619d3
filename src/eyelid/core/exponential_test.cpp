// SPDX-License-Identifier: MIT
#include "eyelid/core/exponential.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace eyelid {
namespace {

/// Distance in units in the last place of the reference.
double error_ulp(double found, long double reference) {
  const auto nearest = static_cast<double>(reference);
  const long double ulp = std::nextafter(std::fabs(nearest), INFINITY) - std::fabs(nearest);
  return static_cast<double>(std::fabs(found - reference) / ulp);
}

TEST(Exponential, IsWithinAUnitInTheLastPlace) {
  std::mt19937_64 random(1);
  double worst = 0.0;
  for (const double reach : {1e-3, 1.0, 30.0, 708.0}) {
    std::uniform_real_distribution<double> number(-reach, reach);
    for (int i = 0; i < 100000; ++i) {
      const double x = number(random);
      worst = std::max(worst, error_ulp(exponential(x), std::exp(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(exponential(0.0), 1.0);
}

TEST(Exponential, LeavesItsRangeAsDocumented) {
  EXPECT_EQ(exponential(-709.0), 0.0);
  EXPECT_EQ(exponential(-INFINITY), 0.0);
  EXPECT_EQ(exponential(710.0), INFINITY);
  EXPECT_EQ(exponential(INFINITY), INFINITY);
  EXPECT_TRUE(std::isnan(exponential(std::nan(""))));
}

TEST(Logarithm, IsWithinAUnitInTheLastPlace) {
  std::mt19937_64 random(2);
  double worst = 0.0;
  for (const double reach : {1e-6, 0.1, 1.0, 700.0}) {
    std::uniform_real_distribution<double> number(-reach, reach);
    for (int i = 0; i < 100000; ++i) {
      const double x = std::exp(number(random));
      worst = std::max(worst, error_ulp(logarithm(x), std::log(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(logarithm(1.0), 0.0);
}

// These bits are the definition: other processors must find the same.
TEST(Exponential, GivesTheSameBitsEverywhere) {
  EXPECT_EQ(exponential(1.0), 0x1.5bf0a8b14576ap+1);
  EXPECT_EQ(exponential(-0.5), 0x1.368b2fc6f960ap-1);
  EXPECT_EQ(exponential(20.25), 0x1.290d76d1966a9p+29);
  EXPECT_EQ(logarithm(3.0), 0x1.193ea7aad030ap+0);
  EXPECT_EQ(logarithm(0.1), -0x1.26bb1bbb55515p+1);
}

}  // namespace
}  // namespace eyelid
