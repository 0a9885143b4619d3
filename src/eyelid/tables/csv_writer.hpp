// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "eyelid/files/atomic_file.hpp"

namespace eyelid::tables {

/// Writes a table row by row: the cells in order, then end_row(). The same values give the same
/// bytes in every locale. The file appears under its name on commit().
///
/// Threads: one at a time. Errors: as AtomicFile.
class CsvWriter {
 public:
  /// `header`: the first line, or lines, without the last line end.
  CsvWriter(const std::filesystem::path& path, std::string_view header);

  /// As append_number(): an empty cell if it is not finite.
  CsvWriter& number(double value, int decimals);
  /// Seconds; an empty cell without a value.
  CsvWriter& time(const std::optional<double>& value);
  CsvWriter& integer(std::int64_t value);
  /// A word of ours or a name from outside, as append_name().
  CsvWriter& word(std::string_view value);
  CsvWriter& empty(std::size_t cells = 1);
  /// The row has as many cells as the header.
  void end_row();

  /// Not amid a row.
  void commit();

 private:
  files::AtomicFile file_;
  std::size_t columns_;
  std::string row_;        // a comma after every cell
  std::size_t cells_ = 0;  // of the row
};

}  // namespace eyelid::tables
