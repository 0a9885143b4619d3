// SPDX-License-Identifier: MIT
#include "eyelid/core/clock_time.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eyelid {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
// 2026-07-14 10:15:30 UTC (date -u -d ... +%s)
constexpr std::int64_t kMoment_s = 1784024130;

TEST(ClockTime, FormsThatCamerasAndLogsWrite) {
  const struct {
    const char* text;
    std::int64_t after_ns;
  } cases[] = {{"2026-07-14T10:15:30Z", 0},
               {"2026-07-14T10:15:30.1234567+00:00", 123'456'700},
               {"2026-07-14 12:15:30.5+02:00", 500'000'000},
               {"20260714T101530", 0},
               {"img_20260714_101530_123.png", 123'000'000},
               {"img_20260714-101530123456.png", 123'456'000},
               {"cam1_2026-07-14-10-15-30-250", 250'000'000},
               {"2026/07/14 10:15:30,042", 42'000'000}};
  for (const auto& c : cases) {
    const auto found = find_clock_time(c.text);
    ASSERT_TRUE(found) << c.text;
    EXPECT_EQ(found->since_1970_ns, kMoment_s * kSecond_ns + c.after_ns) << c.text;
  }
}

TEST(ClockTime, TellsWhichBytesItTakes) {
  const std::string text = "img_20260714_101530_123.png";
  const auto found = find_clock_time(text);
  ASSERT_TRUE(found);
  EXPECT_EQ(text.substr(found->begin, found->end - found->begin), "20260714_101530_123");
}

TEST(ClockTime, OtherNumbersAreNone) {
  for (const char* text : {"",
                           "img_0001",
                           "20260714",
                           "2026-13-14T10:15:30",
                           "2026-02-30T10:15:30",
                           "1234567890123",
                           "20260714T251530",
                           "10:15:30"}) {
    EXPECT_FALSE(find_clock_time(text)) << text;
  }
}

TEST(ClockTime, CountsOfTicksAreDatesOnOneClockOnly) {
  const struct {
    std::int64_t ticks;
    const char* unit;
  } cases[] = {{kMoment_s, "s"},
               {kMoment_s * 1'000, "ms"},
               {kMoment_s * 1'000'000, "us"},
               {kMoment_s * kSecond_ns, "ns"},
               {(kMoment_s + 11'644'473'600) * 10'000'000, "100 ns since 1601"},
               {(kMoment_s + 62'135'596'800) * 10'000'000, "100 ns since year 1"}};
  for (const auto& c : cases) {
    const auto clock = clock_of_ticks(c.ticks);
    ASSERT_TRUE(clock) << c.unit;
    EXPECT_EQ(clock->unit, c.unit);
    EXPECT_EQ(clock->since_1970_ns(c.ticks), kMoment_s * kSecond_ns) << c.unit;
  }
  for (const std::int64_t ticks :
       std::vector<std::int64_t>{0, 123'456'789, -5, 9'000'000'000'000'000'000}) {
    EXPECT_FALSE(clock_of_ticks(ticks)) << ticks;
  }
}

}  // namespace
}  // namespace eyelid
