// SPDX-License-Identifier: MIT
#include "eyelid/video/picture_times.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "eyelid/core/clock_time.hpp"

namespace eyelid::video {
namespace {

/// A name as digits and what stands between them.
struct SplitName {
  std::vector<std::string_view> numbers;
  std::string between;  // each number replaced by '0'
};

SplitName split(std::string_view name) {
  SplitName result;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < name.size();) {
    std::size_t end = i;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end == i) {
      result.between += name[i++];
      continue;
    }
    result.numbers.push_back(name.substr(i, end - i));
    result.between += '0';
    i = end;
  }
  return result;
}

std::optional<std::int64_t> number_of(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

bool increases(const std::vector<std::int64_t>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
}

/// Nanoseconds since 1970 of a count that means a date.
std::optional<std::int64_t> time_since_1970(std::string_view name) {
  const SplitName parts = split(name);
  for (std::size_t i = 0; i < parts.numbers.size(); ++i) {
    const std::string_view digits = parts.numbers[i];
    const std::optional<std::int64_t> ticks = number_of(digits);
    const std::optional<TickClock> clock = ticks ? clock_of_ticks(*ticks) : std::nullopt;
    if (!clock || digits.front() == '0') continue;
    std::int64_t time_ns = clock->since_1970_ns(*ticks);
    // Seconds with a fraction: 1784024130.250000
    const char* behind = digits.data() + digits.size();
    if (clock->unit == "s" && i + 1 < parts.numbers.size() && *behind == '.' &&
        parts.numbers[i + 1].data() == behind + 1 && parts.numbers[i + 1].size() <= 9) {
      std::string fraction(parts.numbers[i + 1]);
      fraction.resize(9, '0');
      time_ns += *number_of(fraction);
    }
    return time_ns;
  }
  return std::nullopt;
}

/// 001, 002, 003 behind a date are no milliseconds.
bool is_counter(const std::vector<std::int64_t>& times_ns) {
  const std::int64_t step = times_ns[1] - times_ns[0];
  if (step != 1'000'000 && step != 1'000 && step != 100 && step != 1) return false;
  for (std::size_t i = 1; i < times_ns.size(); ++i) {
    if (times_ns[i] - times_ns[i - 1] != step) return false;
  }
  return true;
}

std::vector<std::int64_t> in_usual_steps(const std::vector<std::int64_t>& values) {
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < values.size(); ++i) steps.push_back(values[i] - values[i - 1]);
  const std::int64_t unit = *std::min_element(steps.begin(), steps.end());
  if (2 * std::count(steps.begin(), steps.end(), unit) < std::ssize(steps)) return {};
  std::vector<std::int64_t> numbers = {0};
  for (const std::int64_t step : steps) {
    if (step % unit != 0) return {};
    numbers.push_back(numbers.back() + step / unit);
  }
  return numbers;
}

}  // namespace

std::vector<double> stamps_in_names(const std::vector<std::string>& names) {
  if (names.size() < 2) return {};
  std::vector<std::int64_t> times_ns;
  for (const std::string& name : names) {
    const std::optional<ClockTime> clock = find_clock_time(name);
    const std::optional<std::int64_t> time_ns =
        clock ? clock->since_1970_ns : time_since_1970(name);
    if (!time_ns) return {};
    times_ns.push_back(*time_ns);
  }
  if (!increases(times_ns) || is_counter(times_ns)) return {};
  std::vector<double> stamps_s;
  for (const std::int64_t time_ns : times_ns) {
    stamps_s.push_back(static_cast<double>(time_ns - times_ns.front()) * 1e-9);
  }
  return stamps_s;
}

std::vector<std::int64_t> numbers_in_names(const std::vector<std::string>& names) {
  if (names.size() < 2) return {};
  const SplitName first = split(names.front());
  std::vector<std::vector<std::int64_t>> columns(first.numbers.size());
  for (const std::string& name : names) {
    const SplitName parts = split(name);
    if (parts.between != first.between) return {};
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::optional<std::int64_t> number = number_of(parts.numbers[i]);
      if (!number) return {};
      columns[i].push_back(*number);
    }
  }
  // The last one that counts: "trial3_0017".
  for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
    if (!increases(*column)) continue;
    std::vector<std::int64_t> numbers = in_usual_steps(*column);
    if (!numbers.empty()) return numbers;
  }
  return {};
}

}  // namespace eyelid::video
