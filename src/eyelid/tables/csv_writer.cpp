// SPDX-License-Identifier: MIT
#include "eyelid/tables/csv_writer.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

/// Of the last line; names may be quoted.
std::size_t count_columns(std::string_view header) {
  std::size_t columns = 1;
  bool is_quoted = false;
  for (const char c : header) {
    if (c == '"') is_quoted = !is_quoted;
    if (is_quoted) continue;
    if (c == ',') ++columns;
    if (c == '\n') columns = 1;
  }
  return columns;
}

}  // namespace

CsvWriter::CsvWriter(const std::filesystem::path& path, std::string_view header)
    : file_(path), columns_(count_columns(header)) {
  file_.write(header);
  file_.write("\n");
}

CsvWriter& CsvWriter::number(double value, int decimals) {
  append_number(row_, value, decimals);
  return empty();
}

CsvWriter& CsvWriter::time(const std::optional<double>& value) {
  return value ? number(*value, kTimeDecimals) : empty();
}

CsvWriter& CsvWriter::integer(std::int64_t value) {
  row_ += std::to_string(value);
  return empty();
}

CsvWriter& CsvWriter::word(std::string_view value) {
  append_name(row_, value);
  return empty();
}

CsvWriter& CsvWriter::empty(std::size_t cells) {
  row_.append(cells, ',');
  cells_ += cells;
  return *this;
}

void CsvWriter::end_row() {
  EYELID_EXPECTS(cells_ == columns_);
  row_.back() = '\n';
  file_.write(row_);
  row_.clear();
  cells_ = 0;
}

void CsvWriter::commit() {
  EYELID_EXPECTS(cells_ == 0);
  file_.commit();
}

}  // namespace eyelid::tables
