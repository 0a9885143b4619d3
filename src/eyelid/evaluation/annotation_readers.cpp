// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotation_readers.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <sstream>
#include <utility>

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

// A line with a number of faces; `place`: of the picture they belong to.
int next_count(LineReader& lines, const std::string& place) {
  constexpr float kMaxFaces = 100000.0f;
  std::string line;
  if (!lines.next(line)) throw InputError(place + ": the list ends before the picture's faces");
  const auto count = number_of(line);
  if (!count || *count < 0.0f || *count > kMaxFaces || *count != std::floor(*count)) {
    throw InputError(lines.place() + ": \"" + line + "\", expected a number of faces");
  }
  return static_cast<int>(*count);
}

}  // namespace

void expect_some(std::size_t count,
                 const char* what,
                 const std::string& name,
                 const std::vector<std::string>& problems) {
  if (count > 0) return;
  throw InputError(name + ": no " + what +
                   (problems.empty() ? ", expected at least one"
                                     : "; the first of " + std::to_string(problems.size()) +
                                           " problems: " + problems[0]));
}

void expect_picture(const fs::path& picture) {
  if (first_file({picture})) return;
  throw MissingPicture("picture " + picture.string() + " is absent");
}

std::optional<fs::path> first_file(std::initializer_list<fs::path> places) {
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) return place;
  }
  return std::nullopt;
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

fs::path picture_beside(const fs::path& annotation) {
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
  throw MissingPicture(annotation.string() + ": no picture of the same name beside it");
}

void read_points_beside_pictures(
    const std::vector<fs::path>& files,
    const std::function<std::vector<Point>(const fs::path&)>& points_of,
    const std::function<std::string(const fs::path&)>& scene_of,
    AnnotatedPictures& set) {
  for (const fs::path& file : files) {
    read_entry(set, "", [&] {
      AnnotatedPicture picture;
      picture.faces.push_back({std::nullopt, points_of(file)});
      picture.image = picture_beside(file);
      picture.scene = scene_of(file);
      set.pictures.push_back(std::move(picture));
    });
  }
}

bool is_coordinate(double value) { return std::abs(value) <= 1e5; }

std::optional<float> number_of(const std::string& word) {
  float value = 0.0f;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return is_coordinate(static_cast<double>(value)) ? std::optional(value) : std::nullopt;
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

Rect box_with_extent(float x, float y, float width, float height) {
  if (width > 0.0f && height > 0.0f) return {x, y, width, height};
  throw InputError("a box without extent, expected a positive width and height");
}

LineReader::LineReader(const std::filesystem::path& file)
    : name_(file.string()), lines_(file, "a list of faces") {}

bool LineReader::next(std::string& line) {
  while (lines_.next(line)) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
      line.pop_back();
    }
    if (!line.empty()) return true;
  }
  return false;
}

std::string LineReader::place() const { return name_ + ":" + std::to_string(lines_.number()); }

void read_counted_list(const CountedList& list, AnnotatedPictures& set) {
  LineReader lines(list.file);
  for (std::string line; lines.next(line);) {
    const std::string place = lines.place();
    AnnotatedPicture picture;
    picture.image = list.picture_of(line);
    picture.scene = line;
    picture.is_complete = true;
    try {
      const int count = std::max(list.min_lines, next_count(lines, place));
      for (int i = 0; i < count; ++i) {
        if (!lines.next(line)) throw InputError(place + ": the list ends within its faces");
        list.add_face(line, lines.place(), picture);
      }
    } catch (const files::ReadError&) {
      throw;
    } catch (const InputError& error) {
      // Where the next picture begins is no longer known.
      set.problems.push_back(std::string(error.what()) + "; the rest of the list is skipped");
      return;
    }
    read_entry(set, place + ": ", [&] {
      expect_picture(picture.image);
      set.pictures.push_back(std::move(picture));
    });
  }
}

}  // namespace eyelid::evaluation
