// SPDX-License-Identifier: MIT
#include "eyelid/imports/delimited_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "eyelid/core/clock_time.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::imports {
namespace {

constexpr int kRowsToJudge = 100;
constexpr std::size_t kMaxColumns = 10'000;
constexpr std::size_t kListedColumns = 20;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t,;") == std::string_view::npos;
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with('%'); }

// Of separators outside quotation marks; runs of spaces count once.
std::size_t separators_in(std::string_view line, char separator) {
  std::size_t count = 0;
  bool is_quoted = false;
  char before = ' ';
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (c == separator && !is_quoted && !(separator == ' ' && before == ' ')) ++count;
    before = c;
  }
  return count;
}

bool is_absent(std::string_view cell) {
  constexpr std::array<std::string_view, 10> kWords = {
      "", "nan", "na", "n/a", "null", "none", "inf", "-inf", "-", "-nan"};
  return cell.size() <= 4 && std::ranges::find(kWords, lower(cell)) != kWords.end();
}

std::optional<double> number_in(std::string_view cell, bool has_decimal_comma) {
  std::array<char, 64> buffer{};
  if (cell.starts_with('+')) cell.remove_prefix(1);
  if (cell.empty() || cell.size() > buffer.size()) return std::nullopt;
  if (has_decimal_comma) {
    std::ranges::replace_copy(cell, buffer.begin(), ',', '.');
    cell = {buffer.data(), cell.size()};
  }
  double value = 0.0;
  const char* end = cell.data() + cell.size();
  const auto [stop, error] = std::from_chars(cell.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

// A header does not begin with a number or a date.
bool begins_with_value(std::string_view cell, const Dialect& dialect) {
  if (number_in(cell, dialect.has_decimal_comma)) return true;
  const std::optional<ClockTime> clock = find_clock_time(cell);
  return clock && clock->begin == 0 && clock->end == cell.size();
}

}  // namespace

DelimitedTable::DelimitedTable(TextFile& text, Rows rows) : text_(text), rows_(rows) {
  std::string_view line;
  TextFile::Place before = text_.place();
  do {
    before = text_.place();
    if (!text_.next(line)) {
      throw InputError(text_.name() + ": has no rows, expected a table with a header line");
    }
  } while (is_blank(line) || is_comment(line));
  text_.go_to(before);
  choose_dialect();
  text_.next(line);
  split(line, cells_);
  const bool is_row = begins_with_value(cells_.front(), dialect_);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    header_.push_back(is_row ? std::to_string(i + 1) : std::string(cells_[i]));
  }
  if (is_row) text_.go_to(before);
  rows_begin_ = text_.place();
}

DelimitedTable::DelimitedTable(TextFile& text,
                               std::vector<std::string> header,
                               char separator,
                               Rows rows)
    : text_(text), rows_(rows), header_(std::move(header)), rows_begin_(text.place()) {
  choose_dialect();
  dialect_.separator = separator;
}

// Leaves the text where it is.
void DelimitedTable::choose_dialect() {
  const TextFile::Place begin = text_.place();
  std::string_view first;
  std::string_view second;
  text_.next(first);
  while (text_.next(second) && is_blank(second)) {
  }
  dialect_.separator = ',';
  for (const char separator : {'\t', ';', ',', ' '}) {
    const std::size_t count = separators_in(first, separator);
    if (count == 0) continue;
    // A comma may be a decimal one, and a space part of a name: then the rows have other numbers.
    if (separator == ' ' && count != separators_in(second, separator)) continue;
    dialect_.separator = separator;
    break;
  }
  text_.go_to(begin);
  dialect_.has_decimal_comma = false;
  std::vector<std::string_view> cells;
  for (int row = 0; row < kRowsToJudge && text_.next(first) && dialect_.separator != ','; ++row) {
    split(first, cells);
    for (const std::string_view cell : cells) {
      if (cell.find(',') != std::string_view::npos && number_in(cell, true)) {
        dialect_.has_decimal_comma = true;
      }
    }
  }
  text_.go_to(begin);
}

void DelimitedTable::split(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  unquoted_.clear();
  unquoted_.reserve(line.size());  // keeps the views into it valid
  const char separator = dialect_.separator;
  std::size_t position = 0;
  while (cells.size() < kMaxColumns) {
    if (separator == ' ') {
      position = std::min(line.find_first_not_of(' ', position), line.size());
      if (position == line.size() && !cells.empty()) return;
    }
    const std::size_t start =
        std::min(line.find_first_not_of(separator == '\t' ? " " : " \t", position), line.size());
    if (start < line.size() && line[start] == '"') {
      const std::size_t begin = unquoted_.size();
      const std::size_t end = tables::read_quoted(line, start, unquoted_);
      position = std::min(line.find(separator, end), line.size());
      cells.push_back(std::string_view(unquoted_).substr(begin));
    } else {
      position = std::min(line.find(separator, position), line.size());
      cells.push_back(
          trimmed(line.substr(std::min(start, position), position - std::min(start, position))));
    }
    if (position == line.size()) return;
    ++position;
  }
}

std::optional<std::size_t> DelimitedTable::column(std::string_view name) const {
  const auto exact = std::ranges::find(header_, name);
  if (exact != header_.end()) return static_cast<std::size_t>(exact - header_.begin());
  const std::string wanted = lower(name);
  const auto same = std::ranges::find_if(
      header_, [&](const std::string& title) { return lower(title) == wanted; });
  if (same == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(same - header_.begin());
}

std::string DelimitedTable::column_list() const {
  std::string list;
  for (std::size_t i = 0; i < std::min(header_.size(), kListedColumns); ++i) {
    if (i > 0) list += ", ";
    list += header_[i];
  }
  if (header_.size() > kListedColumns) list += ", ...";
  return list;
}

std::size_t DelimitedTable::required_column(std::string_view name) const {
  if (const auto index = column(name)) return *index;
  throw InputError(fmt::format(
      "{}: found the columns {}; expected a column {}", text_.name(), column_list(), name));
}

bool DelimitedTable::next() {
  std::string_view line;
  do {
    if (!text_.next(line)) return false;
  } while (is_blank(line));
  split(line, cells_);
  while (cells_.size() > header_.size() && cells_.back().empty()) cells_.pop_back();
  if (rows_ == Rows::Complete && cells_.size() != header_.size()) {
    text_.fail(fmt::format("found {} cells, expected {} as in the header{}",
                           cells_.size(),
                           header_.size(),
                           text_.is_unfinished() ? " (the file may be cut off)" : ""));
  }
  return true;
}

bool DelimitedTable::is_missing(std::size_t column) const { return is_absent(cell(column)); }

std::optional<double> DelimitedTable::number_or_text(std::size_t column) const {
  if (is_missing(column)) return std::nullopt;
  return number_in(cell(column), dialect_.has_decimal_comma);
}

std::optional<double> DelimitedTable::number(std::size_t column) const {
  const std::optional<double> value = number_or_text(column);
  if (!value && !is_missing(column)) {
    fail(column, dialect_.has_decimal_comma ? "a number with a decimal comma" : "a number");
  }
  return value;
}

void DelimitedTable::fail(std::size_t column, std::string_view expected) const {
  text_.fail(fmt::format("column {}: found {}, expected {}",
                         column < header_.size() ? header_[column] : std::to_string(column + 1),
                         tables::quoted_for_error(cell(column)),
                         expected));
}

}  // namespace eyelid::imports
