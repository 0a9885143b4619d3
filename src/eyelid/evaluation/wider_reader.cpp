// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr int kMostFaces = 100000;
constexpr std::size_t kInvalid = 7;  // column of a face's line

/// Lines of a text file, counted for messages.
class Lines {
 public:
  explicit Lines(const fs::path& file) : name_(file.string()), stream_(file) {}

  bool next(std::string& line) {
    while (std::getline(stream_, line)) {
      ++number_;
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
        line.pop_back();
      }
      if (!line.empty()) return true;
    }
    return false;
  }
  std::string place() const { return name_ + ":" + std::to_string(number_); }

 private:
  std::string name_;
  std::ifstream stream_;
  int number_ = 0;
};

fs::path list_of(const fs::path& folder) {
  for (const char* name : {"wider_face_val_bbx_gt.txt", "wider_face_train_bbx_gt.txt"}) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  throw InputError((folder / "wider_face_val_bbx_gt.txt").string() +
                   ": cannot be read, expected the list of a WIDER FACE folder");
}

// x y width height blur expression illumination invalid occlusion pose
void add_face(const std::string& line, const std::string& place, AnnotatedPicture& picture) {
  std::istringstream stream(line);
  std::vector<float> numbers;
  for (std::string word; stream >> word;) {
    const auto number = number_of(word);
    if (!number) throw InputError(place + ": \"" + word + "\", expected a number");
    numbers.push_back(*number);
  }
  if (numbers.size() != 4 && numbers.size() != 10) {
    throw InputError(place + ": " + std::to_string(numbers.size()) +
                     " numbers, expected 4 of a box or these and 6 attributes");
  }
  const Rect box{numbers[0], numbers[1], numbers[2], numbers[3]};
  if (box.width <= 0.0f || box.height <= 0.0f) return;  // the list's way to say: no face
  if (numbers.size() > kInvalid && numbers[kInvalid] != 0.0f) {
    picture.ignored.push_back(box);
  } else {
    picture.faces.push_back({box, {}});
  }
}

}  // namespace

std::optional<float> number_of(const std::string& word) {
  constexpr float kLargest = 1e5f;
  float value = 0.0f;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > kLargest) return std::nullopt;
  return value;
}

void expect_some_picture(const AnnotatedPictures& set) {
  if (!set.pictures.empty()) return;
  throw InputError(set.name + ": no usable picture" +
                   (set.problems.empty()
                        ? std::string(", expected at least one")
                        : " among " + std::to_string(set.problems.size()) +
                              " entries, the first problem being: " + set.problems[0]));
}

AnnotatedPictures read_wider(const fs::path& folder) {
  AnnotatedPictures set;
  set.name = "wider:" + folder.string();
  Lines lines(list_of(folder));
  std::string line;
  while (lines.next(line)) {
    AnnotatedPicture picture;
    picture.image = folder / "images" / line;
    picture.scene = line;
    picture.is_complete = true;
    const std::string place = lines.place();
    try {
      if (!lines.next(line)) throw InputError(place + ": the list ends before its faces");
      const auto count = number_of(line);
      if (!count || *count < 0.0f || *count > kMostFaces || *count != std::floor(*count)) {
        throw InputError(lines.place() + ": \"" + line + "\", expected a number of faces");
      }
      // A picture without faces has one line of zeros all the same.
      for (int i = 0; i < std::max(1, static_cast<int>(*count)); ++i) {
        if (!lines.next(line)) throw InputError(place + ": the list ends amid its faces");
        add_face(line, lines.place(), picture);
      }
    } catch (const InputError& error) {
      // Where the next picture begins is not known any more.
      set.problems.emplace_back(std::string(error.what()) + "; the rest of the list is left out");
      break;
    }
    std::error_code ignored;
    if (fs::is_regular_file(picture.image, ignored)) {
      set.pictures.push_back(std::move(picture));
    } else {
      set.problems.push_back(place + ": picture " + picture.image.string() + " is absent");
    }
  }
  expect_some_picture(set);
  return set;
}

}  // namespace eyelid::evaluation
