// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/files/input_file.hpp"

namespace eyelid::tables {

/// Reads a table row by row, by column name, in memory that does not depend on its length.
///
/// Tolerant of what spreadsheets do: any order of columns, additional columns, CRLF, a byte order
/// mark, quoted cells, spaces around cells, empty lines. Otherwise strict: a row must have as many
/// cells as the header, a number must be an integer or a decimal with a point.
///
/// Threads: one at a time. Errors: InputError "FILE:LINE: found ..., expected ..." throughout;
/// also for a file that is missing, not a regular file, empty, or not text.
class CsvReader {
 public:
  explicit CsvReader(const std::filesystem::path& path);

  /// Index of a column of the header, if it exists.
  std::optional<std::size_t> column(std::string_view name) const;
  /// As column(); a missing one is an error that lists the header.
  std::size_t required_column(std::string_view name) const;

  const std::vector<std::string>& header() const { return header_; }

  /// Advances to the next row; false at the end of the file.
  bool next();

  /// A cell of the current row. The view is valid until next().
  std::string_view text(std::size_t column) const { return cells_[column]; }
  /// A cell with a name from outside, without the mark of append_name().
  std::string name(std::size_t column) const;
  /// Nothing for an empty cell or an absent column.
  std::optional<double> optional_number(std::optional<std::size_t> column) const;
  /// The same as a float: kNotAvailable for nothing.
  float number_if_available(std::optional<std::size_t> column) const;
  double number(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  /// A frame number, 0 or more and greater than in the row above; read it once per row.
  std::int64_t increasing_frame(std::size_t column);
  /// 0 or 1.
  bool flag(std::size_t column) const;

  /// Line of the current row in the file, 1-based.
  std::int64_t line() const { return lines_.number(); }

  /// Throws: "FILE:LINE: column NAME: found "cell", expected WHAT".
  [[noreturn]] void fail(std::size_t column, std::string_view expected) const;
  /// Throws: "FILE:LINE: MESSAGE".
  [[noreturn]] void fail(std::string_view message) const;

 private:
  void split_line();
  void read_header();

  std::string name_;
  files::InputLines lines_;
  std::int64_t last_frame_ = -1;
  std::string line_;
  std::string unquoted_;  // quoted cells without their quotation marks
  std::vector<std::string_view> cells_;
  std::vector<std::string> header_;
};

}  // namespace eyelid::tables
