// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace eyelid::app {

/// Progress of long work on standard error: a bar with rate and time left on a terminal, one plain
/// line every ten seconds otherwise.
class Progress {
 public:
  /// `unit` is what is counted, for example "frames".
  Progress(std::string title, std::string unit);

  void update(std::int64_t done, std::optional<std::int64_t> total);
  /// Ends the line; the destructor calls it too.
  void finish();
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void print(std::int64_t done, std::optional<std::int64_t> total, double elapsed_s);

  using Clock = std::chrono::steady_clock;
  std::string title_;
  std::string unit_;
  bool is_terminal_;
  bool is_open_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_print_;
};

}  // namespace eyelid::app
