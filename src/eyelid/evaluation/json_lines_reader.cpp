// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/files/json_file.hpp"

namespace eyelid::evaluation {
namespace {

using Json = nlohmann::json;

// A list of `count` finite numbers.
std::vector<float> numbers_in(const Json& json, std::size_t count, const char* what) {
  std::vector<float> numbers;
  if (json.is_array() && json.size() == count) {
    for (const Json& number : json) {
      if (!number.is_number()) break;
      const double value = number.get<double>();
      if (is_coordinate(value)) numbers.push_back(static_cast<float>(value));
    }
  }
  if (numbers.size() != count) {
    throw InputError(std::string(what) + " is " + files::json_excerpt(json) + ", expected " +
                     std::to_string(count) + " numbers");
  }
  return numbers;
}

Rect box_of(const Json& json) {
  const std::vector<float> numbers = numbers_in(json, 4, "a box");
  return box_with_extent(numbers[0], numbers[1], numbers[2], numbers[3]);
}

const Json& list_of(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const auto found = object.find(key);
  if (found == object.end()) return kNone;
  if (!found->is_array()) throw InputError(std::string(key) + " is not a list");
  return *found;
}

AnnotatedFace face_of(const Json& json) {
  if (!json.is_object())
    throw InputError("a face is " + files::json_excerpt(json) + ", expected an object");
  AnnotatedFace face;
  if (json.contains("box")) face.box = box_of(json["box"]);
  for (const Json& point : list_of(json, "points")) {
    const std::vector<float> place = numbers_in(point, 2, "a point");
    face.points.push_back({place[0], place[1]});
  }
  const std::size_t count = face.points.size();
  if (count != 0 && count != 5 && count != 68 && count != 98) {
    throw InputError(std::to_string(count) + " points of a face, expected 5, 68 or 98");
  }
  if (!face.box && count == 0) throw InputError("a face without a box or points");
  return face;
}

bool flag_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return false;
  if (!found->is_boolean()) throw InputError(std::string(key) + " is neither true nor false");
  return found->get<bool>();
}

AnnotatedPicture picture_of(const std::string& line, const std::filesystem::path& folder) {
  const Json json = files::parse_json(line);
  if (!json.is_object()) throw InputError("not a JSON object");
  AnnotatedPicture picture;
  const auto image = json.find("image");
  if (image == json.end() || !image->is_string()) throw InputError("no \"image\"");
  picture.image = folder / image->get<std::string>();
  picture.scene = image->get<std::string>();
  const auto scene = json.find("scene");
  if (scene != json.end()) {
    if (!scene->is_string()) throw InputError("scene is not text");
    picture.scene = scene->get<std::string>();
  }
  picture.is_complete = flag_of(json, "complete");
  for (const Json& face : list_of(json, "faces")) picture.faces.push_back(face_of(face));
  for (const Json& box : list_of(json, "ignored")) picture.ignored.push_back(box_of(box));
  expect_picture(picture.image);
  return picture;
}

}  // namespace

void read_json_lines(const std::filesystem::path& file, AnnotatedPictures& set) {
  LineReader lines(file);
  for (std::string line; lines.next(line);) {
    read_entry(set, lines.place() + ": ", [&] {
      set.pictures.push_back(picture_of(line, file.parent_path()));
    });
  }
}

}  // namespace eyelid::evaluation
