// SPDX-License-Identifier: MIT
#include "eyelid/tables/csv_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace eyelid::tables {

void append_number(std::string& text, double value, int decimals) {
  if (!std::isfinite(value)) return;
  const std::size_t begin = text.size();
  fmt::format_to(std::back_inserter(text), "{:.{}f}", value, decimals);
  // A small negative value rounds to "-0.000": the sign would be noise.
  if (text[begin] == '-' && text.find_first_of("123456789", begin) == std::string::npos) {
    text.erase(begin, 1);
  }
}

std::size_t read_quoted(std::string_view line, std::size_t begin, std::string& text) {
  std::size_t i = begin + 1;
  for (; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (i + 1 == line.size() || line[i + 1] != '"') break;
      ++i;
    }
    text.push_back(line[i]);
  }
  return i;
}

bool begins_like_formula(std::string_view name) {
  const std::size_t begin = name.find_first_not_of('\'');
  return begin != std::string_view::npos &&
         std::string_view("=+-@\t").find(name[begin]) != std::string_view::npos;
}

void append_name(std::string& text, std::string_view name) {
  if (name.empty()) return;
  const char* mark = begins_like_formula(name) ? "'" : "";
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (name.find_first_of(",\"\r\n") == std::string_view::npos && !is_blank(name.front()) &&
      !is_blank(name.back())) {
    text += mark;
    text += name;
    return;
  }
  text += '"';
  text += mark;
  for (const char c : name) {
    if (c == '"') text += '"';
    // A line break would end the row for our own reader.
    text += c == '\r' || c == '\n' ? ' ' : c;
  }
  text += '"';
}

std::string quoted_for_error(std::string_view text) {
  constexpr std::size_t kMaxShownLength = 40;
  std::string shown(1, '"');
  shown += text.substr(0, kMaxShownLength);
  std::replace_if(
      shown.begin(),
      shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      '?');
  return shown + (text.size() > kMaxShownLength ? "...\"" : "\"");
}

}  // namespace eyelid::tables
