// SPDX-License-Identifier: MIT
#include "eyelid/live/clock_fit.hpp"

#include <gtest/gtest.h>

namespace eyelid::live {
namespace {

TEST(ClockFit, FindsTheDriftUnderTheDelays) {
  ClockFit fit;
  constexpr double kDrift = 50e-6;
  for (std::int64_t i = 0; i < 30'000; ++i) {
    const std::int64_t exposure = 1'700'000'000'000'000'000 + 2'000'000 * i;
    // Delays of 0.3 to 5.3 ms; the camera's clock loses 50 us in a second.
    const std::int64_t delay = 300'000 + (i * 7919 % 51) * 100'000;
    const auto drift = static_cast<std::int64_t>(kDrift * 2'000'000.0 * static_cast<double>(i));
    fit.add(exposure, 40'000'000'000 + 2'000'000 * i + drift + delay);
  }
  const auto line = fit.line();
  ASSERT_TRUE(line.has_value());
  EXPECT_NEAR(line->drift_ppm, 50.0, 1.0);
  EXPECT_LT(line->residual_ms, 0.1);
}

TEST(ClockFit, SaysNothingOfAFewSeconds) {
  ClockFit fit;
  for (std::int64_t i = 0; i < 1000; ++i) fit.add(2'000'000 * i, 2'000'000 * i + 400'000);
  EXPECT_FALSE(fit.line().has_value());
}

}  // namespace
}  // namespace eyelid::live
