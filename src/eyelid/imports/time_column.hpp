// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "eyelid/imports/delimited_table.hpp"

namespace eyelid::imports {

/// Seconds from 1970 to 2000: no recording lasts that long, so that greater times are dates.
inline constexpr double kEarliestDate_s = 946'684'800.0;

/// Whether the name of a column says that it holds times, samples, or frame numbers.
bool speaks_of_time(std::string_view name);

/// A column of times.
///
/// Unit: ISO 8601 as it is. Numbers by the column's name: `time_ms`, `Time [us]`, `seconds`;
/// `sample` and `frame` count at the given rate. Without a unit in the name, numbers that are dates
/// of 2000 to 2100 (clock_of_ticks() in core/: Unix times, ticks of .NET and Windows), else
/// seconds.
class TimeColumn {
 public:
  /// `rate`: samples per second, 0 where not known.
  TimeColumn(std::string name, std::size_t column, double rate);

  /// Seconds; nothing where not available. Throws InputError for text that is no time, and for
  /// samples without a rate.
  std::optional<double> seconds(const DelimitedTable& table);

  std::size_t column() const { return column_; }
  /// Whether the times read so far are dates, in seconds since 1970.
  bool is_date() const { return is_date_; }
  /// "time_ms (ms)"
  std::string description() const;

 private:
  std::string name_;
  std::size_t column_;
  double rate_;
  double unit_s_ = 0.0;  // 0: not known yet
  double zero_ = 0.0;    // the number at the time 0
  bool is_samples_ = false;
  bool is_date_ = false;
};

}  // namespace eyelid::imports
