// SPDX-License-Identifier: MIT
#include <algorithm>
#include <pugixml.hpp>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExpectedXml = "an XML file of dlib's imglab";
constexpr std::size_t kXmlLimit = std::size_t{256} << 20;

float number_in(const pugi::xml_node& node, const char* name) {
  const auto number = number_of(node.attribute(name).value());
  if (!number) {
    throw InputError(std::string(node.name()) + " with " + name + "=\"" +
                     node.attribute(name).value() + "\", expected a number");
  }
  return *number;
}

Rect box_of(const pugi::xml_node& node) {
  return box_with_extent(number_in(node, "left"),
                         number_in(node, "top"),
                         number_in(node, "width"),
                         number_in(node, "height"));
}

// Parts are named by the user; 68 that are named 0 .. 67 are taken for iBUG's.
std::vector<Point> points_of(const pugi::xml_node& box) {
  std::vector<Point> points(kIbugPoints);
  std::vector<bool> is_there(kIbugPoints, false);
  std::size_t count = 0;
  for (const pugi::xml_node& part : box.children("part")) {
    ++count;
    const auto number = number_of(part.attribute("name").value());
    if (!number || *number < 0.0f || *number >= static_cast<float>(kIbugPoints)) continue;
    const auto index = static_cast<std::size_t>(*number);
    points[index] = {number_in(part, "x"), number_in(part, "y")};
    is_there[index] = true;
  }
  const bool is_whole =
      count == kIbugPoints && std::find(is_there.begin(), is_there.end(), false) == is_there.end();
  return is_whole ? points : std::vector<Point>{};
}

AnnotatedPicture picture_of(const pugi::xml_node& node, const fs::path& folder) {
  const std::string file = node.attribute("file").value();
  if (file.empty()) throw InputError("an image without file, expected <image file='...'>");
  AnnotatedPicture picture;
  picture.image = folder / file;
  picture.scene = file;
  picture.is_complete = true;
  for (const pugi::xml_node& box : node.children("box")) {
    if (box.attribute("ignore").as_bool()) {
      picture.ignored.push_back(box_of(box));
    } else {
      picture.faces.push_back({box_of(box), points_of(box)});
    }
  }
  expect_picture(picture.image);
  return picture;
}

}  // namespace

void read_dlib_xml(const fs::path& file, AnnotatedPictures& set) {
  const std::string text = files::read_input_file(file, kXmlLimit, kExpectedXml);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed) {
    throw InputError(file.string() + ": " + parsed.description() + " at byte " +
                     std::to_string(parsed.offset) + ", expected " + kExpectedXml);
  }
  const pugi::xml_node images = document.child("dataset").child("images");
  if (!images) {
    throw InputError(file.string() + ": no <dataset> with <images>, expected " + kExpectedXml);
  }
  std::size_t number = 0;
  for (const pugi::xml_node& image : images.children("image")) {
    const std::string place = file.string() + ": image " + std::to_string(++number) + ": ";
    read_entry(set, place, [&] { set.pictures.push_back(picture_of(image, file.parent_path())); });
  }
}

}  // namespace eyelid::evaluation
