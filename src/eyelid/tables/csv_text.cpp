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
