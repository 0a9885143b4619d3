// SPDX-License-Identifier: MIT
#include "eyelid/tables/time_stamps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

#include "eyelid/core/clock_time.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/tables/csv_text.hpp"
#include "eyelid/tables/timestamps_csv.hpp"

namespace eyelid::tables {
namespace {

constexpr std::size_t kRowsToChoose = 1000;
constexpr std::size_t kMaxColumns = 256;
constexpr std::size_t kMaxLine_bytes = 65536;

/// A number that keeps nanoseconds of seconds since 1970, which a double does not.
struct Stamp {
  std::int64_t whole = 0;
  double rest = 0.0;  // 0 to 1
  bool is_date = false;
};

double difference(const Stamp& a, const Stamp& b) {
  return static_cast<double>(a.whole - b.whole) + (a.rest - b.rest);
}

std::string_view trimmed(std::string_view cell) {
  constexpr std::string_view kBlank = " \t\r\"'";
  const std::size_t begin = cell.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return cell.substr(begin, cell.find_last_not_of(kBlank) + 1 - begin);
}

std::optional<Stamp> stamp_of(std::string_view cell, bool has_decimal_comma) {
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  if (const auto clock = find_clock_time(cell);
      clock && clock->begin == 0 && clock->end == cell.size()) {
    return Stamp{clock->since_1970_ns / kSecond_ns,
                 static_cast<double>(clock->since_1970_ns % kSecond_ns) * 1e-9,
                 true};
  }
  std::string text(cell);
  if (has_decimal_comma) std::replace(text.begin(), text.end(), ',', '.');
  const char* begin = text.data();
  const char* end = begin + text.size();
  std::int64_t whole = 0;
  const auto [after, error] = std::from_chars(begin, end, whole);
  if (error == std::errc() && after == end) return Stamp{whole};
  double value = 0.0;
  if (const auto result = std::from_chars(begin, end, value);
      result.ec != std::errc() || result.ptr != end || !(std::abs(value) < 9e18)) {
    return std::nullopt;
  }
  // The digits before the point as they are, and those behind it, unless there is an exponent.
  if (error == std::errc() && *after == '.' && whole >= 0 &&
      text.find_first_of("eE") == std::string::npos) {
    double rest = 0.0;
    std::from_chars(after, end, rest);
    return Stamp{whole, rest};
  }
  const double floor = std::floor(value);
  return Stamp{static_cast<std::int64_t>(floor), value - floor};
}

struct Column {
  std::string header;
  std::vector<Stamp> stamps;
  bool is_readable = true;
};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool speaks_of_time(const std::string& header) {
  const std::string name = lower(header);
  return name.find("time") != std::string::npos || name.find("stamp") != std::string::npos ||
         name == "t" || name == "ts" || name.starts_with("t_") || name.starts_with("t (");
}

/// Seconds per unit, from the last word of the header.
std::optional<double> unit_in(const std::string& header) {
  std::string name = lower(header);
  while (!name.empty() && (name.back() == ')' || name.back() == ']' || name.back() == ' ')) {
    name.pop_back();
  }
  const std::size_t begin = name.find_last_of("_ ([-./");
  const std::string word = begin == std::string::npos ? "" : name.substr(begin + 1);
  constexpr std::array<std::pair<std::string_view, double>, 13> kUnits = {{{"s", 1.0},
                                                                           {"sec", 1.0},
                                                                           {"secs", 1.0},
                                                                           {"seconds", 1.0},
                                                                           {"ms", 1e-3},
                                                                           {"msec", 1e-3},
                                                                           {"milliseconds", 1e-3},
                                                                           {"us", 1e-6},
                                                                           {"usec", 1e-6},
                                                                           {"microseconds", 1e-6},
                                                                           {"100ns", 1e-7},
                                                                           {"ns", 1e-9},
                                                                           {"nanoseconds", 1e-9}}};
  for (const auto& [unit, seconds] : kUnits) {
    if (word == unit) return seconds;
  }
  return std::nullopt;
}

std::vector<double> steps_of(const std::vector<Stamp>& stamps) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < stamps.size(); ++i) {
    steps.push_back(difference(stamps[i], stamps[i - 1]));
  }
  return steps;
}

bool increases(const std::vector<double>& steps) {
  const auto up = std::count_if(steps.begin(), steps.end(), [](double step) { return step > 0.0; });
  return !steps.empty() && 10 * up >= 9 * std::ssize(steps);
}

bool is_candidate(const Column& column) {
  if (!column.is_readable || column.stamps.size() < 2) return false;
  const std::vector<double> steps = steps_of(column.stamps);
  if (!increases(steps)) return false;
  const bool counts =
      std::all_of(steps.begin(), steps.end(), [](double step) { return step == 1.0; });
  return !counts || column.stamps.front().is_date || unit_in(column.header).has_value();
}

struct Unit {
  double seconds = 1.0;
  std::string name;
};

std::string unit_name(double unit_s) {
  return unit_s == 1.0    ? "s"
         : unit_s == 1e-3 ? "ms"
         : unit_s == 1e-6 ? "us"
         : unit_s == 1e-7 ? "100 ns"
                          : "ns";
}

Unit unit_of(const Column& column) {
  if (column.stamps.front().is_date) return {1.0, "date and time"};
  if (const auto unit = unit_in(column.header)) return {*unit, unit_name(*unit)};
  std::vector<double> steps = steps_of(column.stamps);
  std::erase_if(steps, [](double step) { return !(step > 0.0); });
  const double step = upper_median(std::move(steps));
  // A date, if it does not step like a counter of ticks.
  if (const auto clock = clock_of_ticks(column.stamps.front().whole)) {
    const double unit_s = static_cast<double>(clock->tick_ns) * 1e-9;
    const double rate = 1.0 / (step * unit_s);
    if (rate > 1.0 && rate < 1e5) return {unit_s, std::string(clock->unit)};
  }
  // Units are a thousand apart, and so are the ends of what cameras do: one of them fits.
  for (const double unit : {1.0, 1e-3, 1e-6, 1e-9}) {
    const double rate = 1.0 / (step * unit);
    if (rate >= 3.1623 && rate < 3162.3) return {unit, unit_name(unit)};
  }
  return {1.0, unit_name(1.0)};
}

class StampFile {
 public:
  explicit StampFile(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      throw InputError(name_ + ": no such file, expected a time stamp per frame");
    }
    if (!std::filesystem::is_regular_file(path, error)) {
      throw InputError(name_ + ": not a regular file, expected a time stamp per frame");
    }
    file_.open(path, std::ios::binary);
    if (!file_) throw InputError(name_ + ": cannot be read, expected a time stamp per frame");
  }

  TimeStamps read() {
    while (next_line()) {
      split_line();
      if (columns_.empty() && begin_columns()) continue;
      if (is_of_camera_ && cells_.size() > 2 && cells_[2].empty()) continue;
      take_row();
      if (!chosen_ && ++rows_ == kRowsToChoose) choose();
    }
    if (file_.bad())
      throw InputError(name_ + ": cannot be read to its end, expected a readable file");
    if (!chosen_) choose();
    return result();
  }

 private:
  bool next_line() {
    while (std::getline(file_, line_)) {
      ++line_number_;
      if (line_number_ == 1 && line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
      if (line_.size() > kMaxLine_bytes)
        fail("a line of over 65536 bytes", "one time stamp per line");
      if (!trimmed(line_).empty() && !line_.starts_with('#')) return true;
    }
    return false;
  }

  void split_line() {
    cells_.clear();
    if (columns_.empty()) choose_separator();
    const std::string_view line = line_;
    if (separator_ == '\0') {
      cells_.push_back(trimmed(line));
      return;
    }
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(separator_, begin), line.size());
      // Spaces stand in rows, other separators alone.
      if (separator_ != ' ' || end > begin)
        cells_.push_back(trimmed(line.substr(begin, end - begin)));
      begin = end + 1;
    }
  }

  void choose_separator() {
    const std::string_view line = trimmed(line_);
    separator_ = '\0';
    if (stamp_of(line, false)) return;
    for (const char separator : {'\t', ';', ',', ' '}) {
      if (line.find(separator) == std::string_view::npos) continue;
      separator_ = separator;
      return;
    }
  }

  std::optional<Stamp> stamp_in(std::string_view cell) const {
    return stamp_of(cell, separator_ != ',');
  }

  /// True if the line is a header.
  bool begin_columns() {
    columns_.resize(std::min(cells_.size(), kMaxColumns));
    const bool is_header =
        std::none_of(cells_.begin(), cells_.end(), [&](auto cell) { return stamp_in(cell); });
    for (std::size_t i = 0; i < columns_.size() && is_header; ++i) columns_[i].header = cells_[i];
    is_of_camera_ = line_ + "\n" == timestamps_header();
    return is_header;
  }

  void take_row() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (chosen_ && i != *chosen_) continue;
      Column& column = columns_[i];
      const std::optional<Stamp> stamp =
          i < cells_.size() ? stamp_in(cells_[i]) : std::optional<Stamp>();
      if (stamp) {
        column.stamps.push_back(*stamp);
      } else if (chosen_) {
        fail(i < cells_.size() ? quoted_for_error(cells_[i]) : "no cell",
             "a time in column " + title(i));
      } else {
        column.is_readable = false;
        if (first_unreadable_line_ == 0) first_unreadable_line_ = line_number_;
      }
    }
  }

  void choose() {
    const auto pick = [&](auto has) {
      for (std::size_t i = 0; i < columns_.size() && !chosen_; ++i) {
        if (is_candidate(columns_[i]) && has(columns_[i])) chosen_ = i;
      }
    };
    pick([](const Column& column) { return speaks_of_time(column.header); });
    pick([](const Column& column) { return column.stamps.front().is_date; });
    pick([](const Column&) { return true; });
    if (!chosen_) {
      throw InputError(
          name_ + ": no column of increasing times" +
          (first_unreadable_line_ > 0
               ? fmt::format(" (line {} has a cell that is none)", first_unreadable_line_)
               : "") +
          ", expected one time per frame: ISO 8601, seconds or ticks");
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != *chosen_) columns_[i].stamps = {};
    }
  }

  TimeStamps result() const {
    const Column& column = columns_[*chosen_];
    if (!increases(steps_of(column.stamps))) {
      throw InputError(name_ + ": column " + title(*chosen_) +
                       " does not increase in over a tenth of its rows, expected increasing times");
    }
    const Unit unit = unit_of(column);
    TimeStamps found;
    found.source = name_ + ", column " + title(*chosen_) + " (" + unit.name + ")";
    for (const Stamp& stamp : column.stamps) {
      found.time_s.push_back(difference(stamp, column.stamps.front()) * unit.seconds);
    }
    return found;
  }

  std::string title(std::size_t column) const {
    return columns_[column].header.empty() ? std::to_string(column + 1)
                                           : quoted_for_error(columns_[column].header);
  }

  [[noreturn]] void fail(const std::string& found, const std::string& expected) const {
    throw InputError(
        fmt::format("{}:{}: found {}, expected {}", name_, line_number_, found, expected));
  }

  std::string name_;
  std::ifstream file_;
  std::string line_;
  std::int64_t line_number_ = 0;
  std::int64_t first_unreadable_line_ = 0;
  char separator_ = '\0';
  bool is_of_camera_ = false;  // our own timestamps.csv
  std::vector<std::string_view> cells_;
  std::vector<Column> columns_;
  std::optional<std::size_t> chosen_;
  std::size_t rows_ = 0;
};

}  // namespace

TimeStamps read_time_stamps(const std::filesystem::path& path) { return StampFile(path).read(); }

}  // namespace eyelid::tables
