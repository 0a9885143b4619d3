// SPDX-License-Identifier: MIT
#include "apps/command_line/number_list.hpp"

#include <CLI/Error.hpp>
#include <charconv>
#include <sstream>

namespace eyelid::app {
namespace {

constexpr int kMaxValue = 1 << 20;

int parse_number(const std::string& text, const std::string& option) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  if (!is_whole || value < 1 || value > kMaxValue) {
    throw CLI::ValidationError(option, "\"" + text + "\" is not a whole number from 1 to 1048576");
  }
  return value;
}

/// Continues from the end of `numbers`, up to and including `last`.
void continue_to(std::vector<int>& numbers, int last) {
  const int before = numbers.size() > 1 ? numbers[numbers.size() - 2] : 0;
  const int step = numbers.size() > 1 ? numbers.back() - before : 1;
  // 1, 2 alone could be either: the step is 1 and the factor 2. Batches double.
  const bool doubles = before > 0 && numbers.back() == 2 * before;
  while (numbers.back() < last) {
    const int next = doubles ? numbers.back() * 2 : numbers.back() + step;
    numbers.push_back(std::min(next, last));
  }
}

}  // namespace

std::vector<int> parse_number_list(const std::string& text, const std::string& option, int last) {
  std::vector<int> numbers;
  if (const std::size_t dots = text.find("..");
      dots != std::string::npos && dots > 0 && text.find(',') == std::string::npos) {
    const int end = parse_number(text.substr(dots + 2), option);
    for (int n = parse_number(text.substr(0, dots), option); n < end; n *= 2) numbers.push_back(n);
    numbers.push_back(end);
    return numbers;
  }
  std::istringstream parts(text);
  bool is_open = false;
  for (std::string part; std::getline(parts, part, ',');) {
    if (part == "..." && !numbers.empty() && !is_open) {
      is_open = true;
      continue;
    }
    const int number = parse_number(part, option);
    if (!numbers.empty() && number <= numbers.back()) {
      throw CLI::ValidationError(option, "\"" + text + "\": the numbers must increase");
    }
    if (is_open) {
      continue_to(numbers, number);
    } else {
      numbers.push_back(number);
    }
    is_open = false;
  }
  if (is_open) continue_to(numbers, last);
  if (numbers.empty()) throw CLI::ValidationError(option, "expected a list such as 1,2,4");
  return numbers;
}

}  // namespace eyelid::app
