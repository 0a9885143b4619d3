// SPDX-License-Identifier: MIT
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kInvalid = 7;  // column of a face's line

fs::path list_of(const fs::path& folder) {
  const auto list =
      first_file({folder / "wider_face_val_bbx_gt.txt", folder / "wider_face_train_bbx_gt.txt"});
  if (list) return *list;
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
  if (box.width <= 0.0f || box.height <= 0.0f) return;  // how the list says: no face
  if (numbers.size() > kInvalid && numbers[kInvalid] != 0.0f) {
    picture.ignored.push_back(box);
  } else {
    picture.faces.push_back({box, {}});
  }
}

}  // namespace

void read_wider(const fs::path& folder, AnnotatedPictures& set) {
  // A picture without faces still has one line, of zeros.
  read_counted_list({list_of(folder),
                     1,
                     [&](const std::string& name) { return folder / "images" / name; },
                     add_face},
                    set);
}

}  // namespace eyelid::evaluation
