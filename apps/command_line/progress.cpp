// SPDX-License-Identifier: MIT
#include "apps/command_line/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "eyelid/files/interruption.hpp"

namespace eyelid::app {
namespace {

constexpr std::chrono::milliseconds kTerminalPeriod{100};
constexpr std::chrono::seconds kPlainPeriod{10};

std::string bar(double share) {
  constexpr int kWidth = 30;
  const int filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWidth);
  return fmt::format("[{:=<{}}{: <{}}]", "", filled, "", kWidth - filled);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<int>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(std::string title, std::string unit)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      next_print_(start_ + (is_terminal_ ? Clock::duration(kTerminalPeriod)
                                         : Clock::duration(kPlainPeriod))) {}

void Progress::update(std::int64_t done, std::optional<std::int64_t> total) {
  files::throw_if_interrupted();
  const Clock::time_point now = Clock::now();
  if (now < next_print_) return;
  next_print_ =
      now + (is_terminal_ ? Clock::duration(kTerminalPeriod) : Clock::duration(kPlainPeriod));
  print(done, total, std::chrono::duration<double>(now - start_).count());
}

void Progress::print(std::int64_t done, std::optional<std::int64_t> total, double elapsed_s) {
  const double rate = static_cast<double>(done) / std::max(elapsed_s, 1e-9);
  std::string line = title_ + " ";
  // The container's frame count is an estimate: never show more than all of it.
  if (total && *total >= done && *total > 0) {
    const double share = static_cast<double>(done) / static_cast<double>(*total);
    const double left_s = static_cast<double>(*total - done) / std::max(rate, 1e-9);
    if (is_terminal_) line += bar(share) + " ";
    line += fmt::format("{:3.0f} %  {} of {} {}  {:.0f}/s  {} left",
                        100.0 * share,
                        done,
                        *total,
                        unit_,
                        rate,
                        clock_text(left_s));
  } else {
    line += fmt::format("{} {}  {:.0f}/s  {} elapsed", done, unit_, rate, clock_text(elapsed_s));
  }
  // Keeps the order where standard output and standard error share a file or terminal.
  std::fflush(stdout);
  if (is_terminal_) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    is_open_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

void Progress::finish() {
  if (is_open_) std::fprintf(stderr, "\r\033[K");
  is_open_ = false;
}

}  // namespace eyelid::app
