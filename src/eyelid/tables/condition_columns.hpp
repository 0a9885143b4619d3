// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/trial.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// The conditions of trials as columns behind ours, in the order of their first appearance. A name
/// that is one of ours gets `trial_` in front.
class ConditionColumns {
 public:
  /// `ours`: the names of our columns, separated by commas.
  explicit ConditionColumns(std::string_view ours) : header_(ours) {}

  void note(const Trial& trial);
  /// Our header line and the conditions.
  const std::string& header() const { return header_; }
  std::size_t count() const { return names_.size(); }
  /// The cells of one trial; empty where it lacks a condition.
  void write(CsvWriter& row, const Trial& trial) const;

 private:
  std::string header_;
  std::vector<std::string> names_;
};

}  // namespace eyelid::tables
