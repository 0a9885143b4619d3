// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/low_pass.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace eyelid::conditioning {
namespace {

std::vector<double> wave(double cycles_per_sample) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) {
    values.push_back(std::cos(2.0 * std::numbers::pi * cycles_per_sample * i));
  }
  return values;
}

TEST(LowPass, HalvesTheCutoffAndPassesSlowMovementsWithoutDelay) {
  // Forward and backward: the gain of a Butterworth filter at its cutoff, 1 / sqrt 2, twice.
  EXPECT_NEAR(low_pass(wave(0.05), 0.05)[200], 0.5, 1e-3);
  EXPECT_NEAR(low_pass(wave(0.005), 0.05)[200], 1.0, 1e-3);
  EXPECT_NEAR(low_pass(wave(0.25), 0.05)[200], 0.0, 2e-3);
}

TEST(LowPass, AtAQuarterOfTheFrameRateAPulseBecomesThatOfTheHalfBandFilter) {
  // (1 + 1/z)^2 / (1 + a / z^2), a = 3 - 2 sqrt 2: its autocorrelation is 1/2, 1 - 1/sqrt 2, 0.
  std::vector<double> pulse(65, 0.0);
  pulse[32] = 1.0;
  const std::vector<double> filtered = low_pass(pulse, 0.25);
  EXPECT_NEAR(filtered[32], 0.5, 1e-9);
  EXPECT_NEAR(filtered[31], 1.0 - std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(filtered[33], filtered[31], 1e-9);
  EXPECT_NEAR(filtered[30], 0.0, 1e-9);
}

TEST(LowPass, AConstantAndShortStretchesStayAndGapsAreKept) {
  std::vector<double> values(30, 0.3);
  values[5] = std::numeric_limits<double>::quiet_NaN();
  values[2] = 0.9;
  const std::vector<double> filtered = low_pass(values, 0.1);
  EXPECT_EQ(filtered[2], 0.9) << "five samples are too few to filter";
  EXPECT_TRUE(std::isnan(filtered[5]));
  for (std::size_t i = 6; i < 30; ++i) EXPECT_NEAR(filtered[i], 0.3, 1e-12);
  EXPECT_EQ(low_pass(wave(0.2), 0.5), wave(0.2)) << "a cutoff at half the frame rate";
}

}  // namespace
}  // namespace eyelid::conditioning
