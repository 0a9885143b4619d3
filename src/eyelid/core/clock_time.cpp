// SPDX-License-Identifier: MIT
#include "eyelid/core/clock_time.hpp"

#include <array>
#include <chrono>
#include <string>

namespace eyelid {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads from the front of a text; every step fails once one has failed.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool has_failed() const { return has_failed_; }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::size_t digits_ahead() const {
    std::size_t count = 0;
    while (at_ + count < text_.size() && is_digit(text_[at_ + count])) ++count;
    return count;
  }

  /// Exactly `count` digits, of a number from `min` to `max`.
  int number(std::size_t count, int min, int max) {
    int value = 0;
    if (digits_ahead() < count) has_failed_ = true;
    for (std::size_t i = 0; i < count && !has_failed_; ++i)
      value = 10 * value + (text_[at_++] - '0');
    if (value < min || value > max) has_failed_ = true;
    return value;
  }
  /// One of these characters, if it is next.
  bool skip(std::string_view any) {
    if (has_failed_ || at_ >= text_.size() || any.find(text_[at_]) == std::string_view::npos) {
      return false;
    }
    ++at_;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_;
  bool has_failed_ = false;
};

/// Nanoseconds after the whole second. Without a point, only as many digits as clocks write.
std::int64_t read_fraction(Scanner& scanner) {
  Scanner ahead = scanner;
  const bool has_point = ahead.skip(".,");
  if (!has_point) ahead.skip("_-");
  std::size_t digits = ahead.digits_ahead();
  if (digits == 0 || (!has_point && digits != 3 && digits != 6 && digits != 9)) return 0;
  std::int64_t nanoseconds = 0;
  for (int place = 0; place < 9; ++place) {
    nanoseconds *= 10;
    if (digits > 0) {
      nanoseconds += ahead.number(1, 0, 9);
      --digits;
    }
  }
  for (; digits > 0; --digits) ahead.number(1, 0, 9);
  scanner = ahead;
  return nanoseconds;
}

std::int64_t read_zone_s(Scanner& scanner) {
  if (scanner.skip("Zz")) return 0;
  Scanner ahead = scanner;
  const bool is_east = ahead.next() == '+';
  if (!ahead.skip("+-")) return 0;
  const int hours = ahead.number(2, 0, 14);
  ahead.skip(":");
  const int minutes = ahead.number(2, 0, 59);
  if (ahead.has_failed() || ahead.digits_ahead() > 0) return 0;
  scanner = ahead;
  return (is_east ? 1 : -1) * (3600 * hours + 60 * minutes);
}

std::optional<ClockTime> clock_time_at(std::string_view text, std::size_t begin) {
  Scanner scanner(text, begin);
  const std::string_view separators = "-._:/";
  const int year = scanner.number(4, 1970, 2200);
  const bool is_extended = scanner.skip(separators);
  const int month = scanner.number(2, 1, 12);
  if (is_extended != scanner.skip(separators)) return std::nullopt;
  const int day = scanner.number(2, 1, 31);
  const bool has_pause = scanner.skip("Tt _-.");
  if (is_extended && !has_pause) return std::nullopt;
  const int hour = scanner.number(2, 0, 23);
  const bool has_colons = scanner.skip("-._:h");
  const int minute = scanner.number(2, 0, 59);
  if (has_colons != scanner.skip("-._:m")) return std::nullopt;
  const int second = scanner.number(2, 0, 60);
  if (scanner.has_failed()) return std::nullopt;
  const std::int64_t fraction_ns = read_fraction(scanner);
  if (scanner.digits_ahead() > 0) return std::nullopt;
  const std::int64_t zone_s = read_zone_s(scanner);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds =
      days * 86400 + hour * std::int64_t{3600} + minute * std::int64_t{60} + second - zone_s;
  return ClockTime{seconds * 1'000'000'000 + fraction_ns, begin, scanner.at()};
}

}  // namespace

std::optional<ClockTime> find_clock_time(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i]) || (i > 0 && is_digit(text[i - 1]))) continue;
    if (const auto found = clock_time_at(text, i)) return found;
  }
  return std::nullopt;
}

std::optional<TickClock> clock_of_ticks(std::int64_t ticks) {
  constexpr std::int64_t kYear2000_s = 946'684'800, kYear2100_s = 4'102'444'800;
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  constexpr std::array<TickClock, 6> kClocks = {
      {{"s", kSecond_ns, 0},
       {"ms", 1'000'000, 0},
       {"us", 1'000, 0},
       {"ns", 1, 0},
       {"100 ns since 1601", 100, 116'444'736'000'000'000},
       {"100 ns since year 1", 100, 621'355'968'000'000'000}}};
  for (const TickClock& clock : kClocks) {
    const std::int64_t second_ticks = kSecond_ns / clock.tick_ns;
    if (ticks > clock.ticks_at_1970 + kYear2000_s * second_ticks &&
        ticks < clock.ticks_at_1970 + kYear2100_s * second_ticks) {
      return clock;
    }
  }
  return std::nullopt;
}

}  // namespace eyelid
