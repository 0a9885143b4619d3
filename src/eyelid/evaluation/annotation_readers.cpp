// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotation_readers.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>

#include "eyelid/core/error.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

}  // namespace

std::optional<float> number_of(const std::string& word) {
  constexpr float kMaxValue = 1e5f;
  float value = 0.0f;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > kMaxValue) return std::nullopt;
  return value;
}

std::optional<fs::path> picture_in(const fs::path& folder,
                                   std::initializer_list<const char*> subfolders,
                                   const std::string& name) {
  for (const char* subfolder : subfolders) {
    const fs::path picture = folder / subfolder / name;
    std::error_code ignored;
    if (fs::is_regular_file(picture, ignored)) return picture;
  }
  return std::nullopt;
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

std::vector<fs::path> files_below(const fs::path& folder,
                                  const std::string& extension,
                                  const std::string& expected) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (lower_case(entry->path().extension().string()) == extension) files.push_back(entry->path());
  }
  if (error) {
    throw InputError(folder.string() + ": " + error.message() + ", expected " + expected);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<fs::path> picture_beside(const fs::path& annotation) {
  for (const char* extension : {"jpg", "png", "jpeg", "bmp", "pgm", "ppm", "tif", "tiff", "webp"}) {
    std::string upper(extension);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) {
      return static_cast<char>(std::toupper(c));
    });
    for (const std::string& spelling : {std::string(extension), upper}) {
      fs::path picture = annotation;
      picture.replace_extension(spelling);
      std::error_code ignored;
      if (fs::is_regular_file(picture, ignored)) return picture;
    }
  }
  return std::nullopt;
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
  constexpr float kMaxFaces = 100000.0f;
  std::string line;
  if (!next(line)) throw InputError(place + ": the list ends before the picture's faces");
  const auto count = number_of(line);
  if (!count || *count < 0.0f || *count > kMaxFaces || *count != std::floor(*count)) {
    throw InputError(this->place() + ": \"" + line + "\", expected a number of faces");
  }
  return static_cast<int>(*count);
}

std::string LineReader::place() const { return name_ + ":" + std::to_string(number_); }

}  // namespace eyelid::evaluation
