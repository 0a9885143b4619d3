// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace eyelid::app {

/// A table for the terminal: the first column aligned to the left, the others to the right, as wide
/// as they need to be.
class TerminalTable {
 public:
  explicit TerminalTable(std::vector<std::string> heading) : rows_{std::move(heading)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Every line starts with `indent` spaces.
  void print(int indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// The number with so many decimals, "-" where it is not finite (not measured, not published).
std::string cell(double value, int decimals);
/// A fraction as a percentage, "-" where it is not finite.
std::string percent_cell(double fraction, int decimals = 0);
/// A count, "-" where there is none.
template <class Integer>
std::string count_cell(const std::optional<Integer>& count) {
  return count ? std::to_string(*count) : "-";
}

}  // namespace eyelid::app
