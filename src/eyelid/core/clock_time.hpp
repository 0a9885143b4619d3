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

}  // namespace eyelid
