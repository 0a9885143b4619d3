// SPDX-License-Identifier: MIT
#include "eyelid/imports/time_column.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "eyelid/core/clock_time.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::imports {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 18> kUnits = {{{"s", 1.0},
                                                                         {"sec", 1.0},
                                                                         {"secs", 1.0},
                                                                         {"second", 1.0},
                                                                         {"seconds", 1.0},
                                                                         {"ms", 1e-3},
                                                                         {"msec", 1e-3},
                                                                         {"millis", 1e-3},
                                                                         {"millisecond", 1e-3},
                                                                         {"milliseconds", 1e-3},
                                                                         {"us", 1e-6},
                                                                         {"usec", 1e-6},
                                                                         {"microseconds", 1e-6},
                                                                         {"micros", 1e-6},
                                                                         {"ns", 1e-9},
                                                                         {"nsec", 1e-9},
                                                                         {"nanoseconds", 1e-9},
                                                                         {"\xC2\xB5s", 1e-6}}};

constexpr std::array<std::string_view, 10> kSampleNames = {"sample",
                                                           "samples",
                                                           "sample_index",
                                                           "sample_number",
                                                           "sampleindex",
                                                           "frame",
                                                           "frames",
                                                           "frame_index",
                                                           "frame_number",
                                                           "framenumber"};

bool is_sample_name(std::string_view name) {
  const std::string title = lower(name);
  for (const std::string_view known : kSampleNames) {
    if (title == known || title.ends_with(fmt::format("_{}", known))) return true;
  }
  return false;
}

// The last word of a name: "time [ms]" -> "ms".
std::string last_word(std::string_view name) {
  std::string title = lower(name);
  while (!title.empty() && std::string_view(")] ").find(title.back()) != std::string_view::npos) {
    title.pop_back();
  }
  const std::size_t begin = title.find_last_of("_ ([-./:");
  return begin == std::string::npos ? title : title.substr(begin + 1);
}

std::optional<double> unit_in(std::string_view name) {
  const std::string word = last_word(name);
  for (const auto& [unit, seconds] : kUnits) {
    if (word == unit) return seconds;
  }
  // E-Prime writes every time in milliseconds.
  if (lower(name).ends_with(".onsettime")) return 1e-3;
  return std::nullopt;
}

}  // namespace

bool speaks_of_time(std::string_view name) {
  const std::string title = lower(name);
  constexpr std::array<std::string_view, 6> kWhole = {"t", "ts", "onset", "tm", "unix", "epoch"};
  for (const std::string_view known : kWhole) {
    if (title == known) return true;
  }
  if (title.find("time") != std::string::npos || title.find("stamp") != std::string::npos) {
    return true;
  }
  if (title.starts_with("unix") || title.starts_with("epoch")) return true;
  if (title.starts_with("t_") || title.starts_with("t (") || title.starts_with("t [")) return true;
  for (const auto& [unit, seconds] : kUnits) {
    // A column named "s" or "us" may be anything; "onset_s" and "seconds" are times.
    if (title == unit && unit.size() > 2) return true;
    if (title == fmt::format("onset_{}", unit)) return true;
  }
  return is_sample_name(name);
}

TimeColumn::TimeColumn(std::string name, std::size_t column, double rate)
    : name_(std::move(name)), column_(column), rate_(rate), is_samples_(is_sample_name(name_)) {
  if (const std::optional<double> unit = unit_in(name_)) unit_s_ = *unit;
}

std::optional<double> TimeColumn::seconds(const DelimitedTable& table) {
  if (table.is_missing(column_)) return std::nullopt;
  if (const std::optional<double> number = table.number_or_text(column_)) {
    if (is_samples_) {
      if (!(rate_ > 0.0)) {
        throw InputError(table.file() + ": column " + name_ +
                         " counts samples, expected their rate (--sample-rate HZ, or --fps N for a "
                         "trace)");
      }
      return *number / rate_;
    }
    if (unit_s_ == 0.0) {
      unit_s_ = 1.0;
      constexpr double kMaxCount = 9e18;
      if (std::abs(*number) < kMaxCount) {
        if (const auto clock = clock_of_ticks(static_cast<std::int64_t>(*number))) {
          unit_s_ = static_cast<double>(clock->tick_ns) * 1e-9;
          zero_ = static_cast<double>(clock->ticks_at_1970);
        }
      }
    }
    const double seconds = (*number - zero_) * unit_s_;
    is_date_ = is_date_ || seconds > kEarliestDate_s;
    return seconds;
  }
  const std::string_view cell = table.cell(column_);
  const std::optional<ClockTime> clock = find_clock_time(cell);
  if (!clock || clock->begin != 0 || clock->end != cell.size()) {
    table.fail(column_, "a time: a number, or ISO 8601");
  }
  is_date_ = true;
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  const std::int64_t whole_s = clock->since_1970_ns / kSecond_ns;
  return static_cast<double>(whole_s) +
         static_cast<double>(clock->since_1970_ns % kSecond_ns) * 1e-9;
}

std::string TimeColumn::description() const {
  if (is_samples_) return name_ + " (samples)";
  if (is_date_) return name_ + " (date and time)";
  return name_ + (unit_s_ == 1e-3   ? " (ms)"
                  : unit_s_ == 1e-6 ? " (us)"
                  : unit_s_ == 1e-9 ? " (ns)"
                                    : " (s)");
}

}  // namespace eyelid::imports
