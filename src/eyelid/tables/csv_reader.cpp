// SPDX-License-Identifier: MIT
#include "eyelid/tables/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::tables {
namespace {

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

CsvReader::CsvReader(const std::filesystem::path& path)
    : name_(path.string()), lines_(path, "a table (.csv)") {
  read_header();
}

std::optional<std::size_t> CsvReader::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::size_t CsvReader::required_column(std::string_view name) const {
  if (const auto index = column(name)) return *index;
  std::string found;
  for (const std::string& title : header_) found += (found.empty() ? "" : ",") + title;
  throw InputError(fmt::format(
      "{}:1: found the columns {}, expected a column {}", name_, quoted_for_error(found), name));
}

bool CsvReader::next() {
  do {
    if (!lines_.next(line_)) return false;
  } while (without_spaces(line_).empty());
  split_line();
  if (cells_.size() != header_.size()) {
    fail(
        fmt::format("found {} cells, expected {} as in the header", cells_.size(), header_.size()));
  }
  return true;
}

std::string CsvReader::name(std::size_t column) const {
  std::string_view cell = text(column);
  if (cell.starts_with('\'') && begins_like_formula(cell)) cell.remove_prefix(1);
  return std::string(cell);
}

std::optional<double> CsvReader::optional_number(std::optional<std::size_t> column) const {
  if (!column || cells_[*column].empty()) return std::nullopt;
  const std::string_view cell = cells_[*column];
  double value = 0.0;
  const char* begin = cell.front() == '+' ? cell.data() + 1 : cell.data();
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  // from_chars accepts "nan" and "inf": both are rejected.
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    fail(*column, "a number with a decimal point, or an empty cell");
  }
  return value;
}

float CsvReader::number_if_available(std::optional<std::size_t> column) const {
  const std::optional<double> value = optional_number(column);
  return value ? static_cast<float>(*value) : kNotAvailable;
}

double CsvReader::number(std::size_t column) const {
  const std::optional<double> value = optional_number(column);
  if (!value) fail(column, "a number");
  return *value;
}

std::int64_t CsvReader::integer(std::size_t column) const {
  const std::string_view cell = cells_[column];
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || error != std::errc() || stop != cell.data() + cell.size()) {
    fail(column, "an integer");
  }
  return value;
}

std::int64_t CsvReader::increasing_frame(std::size_t column) {
  const std::int64_t frame = integer(column);
  if (frame <= last_frame_) {
    fail(column, "a frame number, 0 or more, greater than in the row above");
  }
  last_frame_ = frame;
  return frame;
}

bool CsvReader::flag(std::size_t column) const {
  const std::string_view cell = cells_[column];
  if (cell != "0" && cell != "1") fail(column, "0 or 1");
  return cell == "1";
}

void CsvReader::fail(std::size_t column, std::string_view expected) const {
  fail(fmt::format("column {}: found {}, expected {}",
                   header_[column],
                   quoted_for_error(cells_[column]),
                   expected));
}

void CsvReader::fail(std::string_view message) const {
  throw InputError(fmt::format("{}:{}: {}", name_, lines_.number(), message));
}

void CsvReader::split_line() {
  cells_.clear();
  unquoted_.clear();
  unquoted_.reserve(line_.size());  // keeps the views into it valid
  const std::string_view line = line_;
  std::size_t position = 0;
  while (true) {
    const std::size_t start = std::min(line.find_first_not_of(" \t", position), line.size());
    if (start < line.size() && line[start] == '"') {
      const std::size_t begin = unquoted_.size();
      const std::size_t end = read_quoted(line, start, unquoted_);
      if (end == line.size()) fail("found an unclosed quotation mark");
      position = std::min(line.find(',', end), line.size());
      if (!without_spaces(line.substr(end + 1, position - end - 1)).empty()) {
        fail("found text after a quoted cell, expected a comma");
      }
      cells_.push_back(std::string_view(unquoted_).substr(begin));
    } else {
      position = std::min(line.find(',', position), line.size());
      cells_.push_back(without_spaces(
          line.substr(std::min(start, position), position - std::min(start, position))));
    }
    if (position == line.size()) return;
    ++position;
  }
}

void CsvReader::read_header() {
  if (!lines_.next(line_))
    throw InputError(name_ + ": is empty, expected a table with a header line");
  if (line_.starts_with("\xEF\xBB\xBF")) line_.erase(0, 3);
  if (line_.find('\0') != std::string::npos) {
    throw InputError(name_ + ": is not text, expected a table (.csv)");
  }
  split_line();
  header_.assign(cells_.begin(), cells_.end());
  std::vector<std::string> sorted = header_;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end() && !twice->empty()) {
    fail(fmt::format("found two columns {}, expected each name once", quoted_for_error(*twice)));
  }
}

}  // namespace eyelid::tables
