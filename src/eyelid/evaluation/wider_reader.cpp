// SPDX-License-Identifier: MIT
#include <algorithm>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kInvalid = 7;  // column of a face's line

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
  const std::vector<float> numbers = numbers_of(line, place);
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

AnnotatedPictures read_wider(const fs::path& folder) {
  AnnotatedPictures set;
  set.name = "wider:" + folder.string();
  LineReader lines(list_of(folder));
  std::string line;
  while (lines.next(line)) {
    AnnotatedPicture picture;
    picture.image = folder / "images" / line;
    picture.scene = line;
    picture.is_complete = true;
    const std::string place = lines.place();
    try {
      const int count = lines.next_count(place);
      // A picture without faces has one line of zeros all the same.
      for (int i = 0; i < std::max(1, count); ++i) {
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
      ++set.missing_pictures;
      set.problems.push_back(place + ": picture " + picture.image.string() + " is absent");
    }
  }
  expect_some_picture(set);
  return set;
}

}  // namespace eyelid::evaluation
