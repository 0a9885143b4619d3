// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotation_readers.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>

#include "eyelid/core/error.hpp"

namespace eyelid::evaluation {

std::optional<float> number_of(const std::string& word) {
  constexpr float kLargest = 1e5f;
  float value = 0.0f;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > kLargest) return std::nullopt;
  return value;
}

std::vector<float> numbers_of(const std::string& line, const std::string& place) {
  std::istringstream stream(line);
  std::vector<float> numbers;
  for (std::string word; stream >> word;) {
    const auto number = number_of(word);
    if (!number) throw InputError(place + ": \"" + word + "\", expected a number");
    numbers.push_back(*number);
  }
  return numbers;
}

void expect_some_picture(const AnnotatedPictures& set) {
  if (!set.pictures.empty()) return;
  throw InputError(set.name + ": no usable picture" +
                   (set.problems.empty()
                        ? std::string(", expected at least one")
                        : " among " + std::to_string(set.problems.size()) +
                              " entries, the first problem being: " + set.problems[0]));
}

LineReader::LineReader(const std::filesystem::path& file) : name_(file.string()), stream_(file) {
  if (!stream_) throw InputError(name_ + ": cannot be read, expected a list of faces");
}

bool LineReader::next(std::string& line) {
  while (std::getline(stream_, line)) {
    ++number_;
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
      line.pop_back();
    }
    if (!line.empty()) return true;
  }
  return false;
}

int LineReader::next_count(const std::string& place) {
  constexpr float kMostFaces = 100000.0f;
  std::string line;
  if (!next(line)) throw InputError(place + ": the list ends before the picture's faces");
  const auto count = number_of(line);
  if (!count || *count < 0.0f || *count > kMostFaces || *count != std::floor(*count)) {
    throw InputError(this->place() + ": \"" + line + "\", expected a number of faces");
  }
  return static_cast<int>(*count);
}

std::string LineReader::place() const { return name_ + ":" + std::to_string(number_); }

}  // namespace eyelid::evaluation
