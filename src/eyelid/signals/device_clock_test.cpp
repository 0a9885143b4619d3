// SPDX-License-Identifier: MIT
#include "eyelid/signals/device_clock.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>

namespace eyelid::signals {
namespace {

/// A device whose counter runs `rate` times as fast, begins at `first_us`, and wraps.
struct SimulatedDevice {
  double rate = 1.0;
  std::int64_t first_us = 0;
  std::uint32_t at(std::int64_t host_ns) const {
    const auto passed_us = static_cast<std::int64_t>(static_cast<double>(host_ns) * 1e-3 * rate);
    return static_cast<std::uint32_t>((first_us + passed_us) & 0xffffffff);
  }
};

/// Ten pings a second with delays of 50 us to 3 ms each way; the worst error of stamps in between.
double worst_error_ms(const SimulatedDevice& device, double seconds) {
  DeviceClock clock;
  std::mt19937 random(5);
  const auto delay_ns = [&] {
    const double share = static_cast<double>(random()) * 0x1p-32;
    return 50'000 + static_cast<std::int64_t>(2'950'000 * share * share * share);
  };
  double worst = 0.0;
  for (int ping = 0; ping < static_cast<int>(10 * seconds); ++ping) {
    const std::int64_t sent_ns = ping * 100'000'000LL;
    const std::int64_t there_ns = sent_ns + delay_ns();
    clock.add(device.at(there_ns), sent_ns, there_ns + delay_ns());
    if (ping < 30) continue;  // the rate takes a while
    const std::int64_t event_ns = sent_ns + 60'000'000;
    const std::int64_t error_ns = *clock.host_ns(device.at(event_ns)) - event_ns;
    worst = std::max(worst, std::abs(static_cast<double>(error_ns)) * 1e-6);
  }
  return worst;
}

TEST(DeviceClock, FollowsACrystalAndAResonator) {
  EXPECT_LT(worst_error_ms({1.0, 0}, 60.0), 0.5);
  EXPECT_LT(worst_error_ms({1.00005, 12345}, 60.0), 0.5);
  EXPECT_LT(worst_error_ms({0.995, 99}, 60.0), 0.5);
}

TEST(DeviceClock, TheCounterMayWrap) {
  EXPECT_LT(worst_error_ms({1.00002, 0xffffffffLL - 20'000'000}, 60.0), 0.5);
}

TEST(DeviceClock, KnowsNothingBeforeTheFirstPingAndLittleAfterIt) {
  DeviceClock clock;
  EXPECT_FALSE(clock.host_ns(5));
  EXPECT_FALSE(clock.uncertainty_ns());
  clock.add(1000, 5'000'000, 5'400'000);
  EXPECT_EQ(clock.host_ns(1000), 5'200'000);
  EXPECT_EQ(clock.host_ns(3000), 7'200'000);
  EXPECT_EQ(clock.host_ns(0), 4'200'000);
  EXPECT_EQ(clock.uncertainty_ns(), 200'000);
  clock.reset();
  EXPECT_FALSE(clock.host_ns(5));
}

TEST(DeviceClock, ACounterThatStandsStillHasNoRate) {
  DeviceClock clock;
  for (std::int64_t i = 0; i < 100; ++i) clock.add(7, i * 100'000'000, i * 100'000'000 + 1000);
  EXPECT_EQ(*clock.host_ns(1007) - *clock.host_ns(7), 1'000'000);
}

}  // namespace
}  // namespace eyelid::signals
