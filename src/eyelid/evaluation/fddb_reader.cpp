// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

// One list of all folds, or the lists of the folds.
std::vector<fs::path> lists_of(const fs::path& folder) {
  std::vector<fs::path> lists;
  for (const fs::path& place : {folder, folder / "FDDB-folds"}) {
    std::error_code error;
    for (fs::directory_iterator entry(place, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name == "ellipseList.txt") return {entry->path()};
      if (name.ends_with("ellipseList.txt")) lists.push_back(entry->path());
    }
  }
  if (lists.empty()) {
    throw InputError(folder.string() +
                     ": no ellipseList.txt and no FDDB-fold-NN-ellipseList.txt, expected the "
                     "lists of FDDB");
  }
  std::sort(lists.begin(), lists.end());
  return lists;
}

fs::path picture_of(const fs::path& folder, const std::string& name) {
  const std::string file = name + ".jpg";
  return first_file({folder / file, folder / "originalPics" / file, folder / "images" / file})
      .value_or(folder / file);
}

/// The upright box around the ellipse of one line:
///   major_radius minor_radius angle center_x center_y 1
/// the angle of the major axis from the x axis in radians.
Rect box_of(const std::string& line, const std::string& place) {
  const std::vector<float> numbers = numbers_of(line, place);
  if (numbers.size() != 5 && numbers.size() != 6) {
    throw InputError(place + ": " + std::to_string(numbers.size()) +
                     " numbers, expected the 6 of an ellipse");
  }
  if (numbers[0] <= 0.0f || numbers[1] <= 0.0f) {
    throw InputError(place + ": an ellipse without extent, expected positive radii");
  }
  const float c = std::cos(numbers[2]), s = std::sin(numbers[2]);
  const float half_width = std::hypot(numbers[0] * c, numbers[1] * s);
  const float half_height = std::hypot(numbers[0] * s, numbers[1] * c);
  // Centers are places among pixels; boxes lie on their edges.
  return {numbers[3] + 0.5f - half_width,
          numbers[4] + 0.5f - half_height,
          2.0f * half_width,
          2.0f * half_height};
}

}  // namespace

void read_fddb(const fs::path& folder, AnnotatedPictures& set) {
  for (const fs::path& list : lists_of(folder)) {
    read_counted_list(
        {list,
         0,
         [&](const std::string& name) { return picture_of(folder, name); },
         [](const std::string& line, const std::string& place, AnnotatedPicture& picture) {
           picture.faces.push_back({box_of(line, place), {}});
         }},
        set);
  }
}

}  // namespace eyelid::evaluation
