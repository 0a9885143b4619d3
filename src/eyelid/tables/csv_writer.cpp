// SPDX-License-Identifier: MIT
#include "eyelid/tables/csv_writer.hpp"

#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {

CsvWriter::CsvWriter(const std::filesystem::path& path, std::string_view header) : file_(path) {
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
  return *this;
}

void CsvWriter::end_row() {
  row_.back() = '\n';
  file_.write(row_);
  row_.clear();
}

}  // namespace eyelid::tables
