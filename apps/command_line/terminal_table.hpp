// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace eyelid::app {

/// A table for the terminal: the first column to the left, the others to the right, as wide as they
/// need to be.
class TerminalTable {
 public:
  explicit TerminalTable(std::vector<std::string> heading) : rows_{std::move(heading)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// The number with so many decimals, "-" where it is not finite (not measured, not published).
std::string cell(double value, int decimals);
/// A share as per cent, "-" where it is not finite.
std::string percent_cell(double share);

}  // namespace eyelid::app
