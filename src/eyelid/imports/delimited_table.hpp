// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/imports/text_file.hpp"

namespace eyelid::imports {

/// How a table separates its cells and writes numbers.
struct Dialect {
  char separator = ',';
  bool has_decimal_comma = false;
};

/// Whether a row may end early, or must have as many cells as the header.
enum class Rows { Complete, MayBeShort };

/// A table of another program, row by row.
///
/// Found by itself: separator (tab, `;`, `,`, or spaces), decimal comma, quoted cells, and a
/// header; without one (a first line that begins with a number or a date) the columns are named 1,
/// 2, ... Empty lines and lines that begin with # or % before the header are skipped. Not available
/// are empty cells, NaN, NA, N/A, n/a, null, none, inf, and `-`.
///
/// Refers to `text`, whose next line is the header. Threads: one at a time. Errors: InputError
/// "FILE:LINE: found ..., expected ...".
class DelimitedTable {
 public:
  explicit DelimitedTable(TextFile& text, Rows rows = Rows::Complete);
  /// Rows below a header that the caller has read, or that the file lacks.
  DelimitedTable(TextFile& text, std::vector<std::string> header, char separator, Rows rows);

  const std::vector<std::string>& header() const { return header_; }
  /// Index of a column: its exact name, else in any case.
  std::optional<std::size_t> column(std::string_view name) const;
  /// As column(); a missing one is an error that lists the header.
  std::size_t required_column(std::string_view name) const;
  /// "a, b, c": for errors, at most 20.
  std::string column_list() const;

  /// Advances to the next row; false at the end.
  bool next();
  /// Back to the first row.
  void rewind() { text_.go_to(rows_begin_); }

  std::string_view cell(std::size_t column) const {
    return column < cells_.size() ? cells_[column] : std::string_view();
  }
  bool is_missing(std::size_t column) const;
  /// Nothing where not available; an error for text.
  std::optional<double> number(std::size_t column) const;
  /// Nothing where not available or not a number.
  std::optional<double> number_or_text(std::size_t column) const;

  std::int64_t line() const { return text_.number(); }
  const std::string& file() const { return text_.name(); }
  /// Throws: "FILE:LINE: column NAME: found "cell", expected WHAT".
  [[noreturn]] void fail(std::size_t column, std::string_view expected) const;

 private:
  void choose_dialect();
  void split(std::string_view line, std::vector<std::string_view>& cells);

  TextFile& text_;
  Rows rows_;
  Dialect dialect_;
  std::vector<std::string> header_;
  TextFile::Place rows_begin_;
  std::vector<std::string_view> cells_;
  std::string unquoted_;
};

}  // namespace eyelid::imports
