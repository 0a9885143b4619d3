// SPDX-License-Identifier: MIT
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

/// The eyes of one file, the subject's right first:
///   #LX LY RX RY
///   232 110 161 110
std::vector<Point> read_eyes(const fs::path& file) {
  LineReader lines(file);
  std::string line;
  while (lines.next(line)) {
    if (line.front() == '#') continue;
    const std::vector<float> numbers = numbers_of(line, lines.place());
    if (numbers.size() != 4) {
      throw InputError(lines.place() + ": " + std::to_string(numbers.size()) +
                       " numbers, expected the 4 of two eyes");
    }
    const Point left{numbers[0], numbers[1]}, right{numbers[2], numbers[3]};
    if (left == right) {
      throw InputError(lines.place() + ": both eyes in one place, expected two eyes");
    }
    return {right, left};
  }
  throw InputError(file.string() + ": no numbers, expected the left and the right eye");
}

}  // namespace

void read_bioid(const fs::path& folder, AnnotatedPictures& set) {
  read_points_beside_pictures(
      files_below(folder, ".eye", "a folder of .eye files and pictures"),
      read_eyes,
      [](const fs::path& file) { return file.stem().string(); },
      set);
}

}  // namespace eyelid::evaluation
