// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace eyelid {

/// A date with a time of day, as found in a text.
struct ClockTime {
  std::int64_t since_1970_ns = 0;  // UTC; without a zone in the text, as if it were UTC
  std::size_t begin = 0;           // bytes of the text it takes
  std::size_t end = 0;
};

/// The first date and time of day of a text: ISO 8601 in its basic and extended form, and as
/// cameras write it into file names: 2026-07-14T10:15:30.1234567+02:00, 20260714_101530_123,
/// 2026-07-14-10-15-30. Years 1970 to 2200; fractions to 9 digits, further ones cut off.
std::optional<ClockTime> find_clock_time(std::string_view text);

/// A clock whose count programs write as a date.
struct TickClock {
  std::string_view unit;  // "s", "ms", "us", "ns", "100 ns since year 1", ...
  std::int64_t tick_ns = 1;
  std::int64_t ticks_at_1970 = 0;

  std::int64_t since_1970_ns(std::int64_t ticks) const { return (ticks - ticks_at_1970) * tick_ns; }
};

/// The clock on which a count is a date of the years 2000 to 2100: s, ms, us, or ns since 1970, or
/// 100 ns since 1601 (Windows) or since the year 1 (.NET). These ranges do not overlap.
std::optional<TickClock> clock_of_ticks(std::int64_t ticks);

}  // namespace eyelid
