// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/annotated_pictures.hpp"

#include <map>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/evaluation/landmark_datasets.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::evaluation {
namespace {

// Groups the faces of each picture. Sets of facial points never claim to annotate every face.
AnnotatedPictures grouped_by_picture(LandmarkDataset dataset) {
  AnnotatedPictures result;
  result.name = std::move(dataset.name);
  result.problems = std::move(dataset.problems);
  result.missing_pictures = dataset.missing_pictures;
  std::map<std::filesystem::path, AnnotatedPicture> pictures;
  for (LabeledFace& face : dataset.faces) {
    AnnotatedPicture& picture = pictures[face.image];
    picture.image = face.image;
    picture.scene = face.scene;
    picture.faces.push_back({std::nullopt, std::move(face.annotation)});
  }
  for (auto& [path, picture] : pictures) result.pictures.push_back(std::move(picture));
  return result;
}

void read_bare_pictures(const std::filesystem::path& folder, AnnotatedPictures& set) {
  for (const std::filesystem::path& path : video::list_images(folder)) {
    AnnotatedPicture picture;
    picture.image = path;
    picture.scene = path.stem().string();
    set.pictures.push_back(std::move(picture));
  }
}

void read_portraits(const std::filesystem::path& folder, AnnotatedPictures& set) {
  read_bare_pictures(folder, set);
  for (AnnotatedPicture& picture : set.pictures) {
    picture.faces.emplace_back();
    picture.is_complete = true;
  }
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::size_t AnnotatedPictures::face_count() const {
  std::size_t faces = 0;
  for (const AnnotatedPicture& picture : pictures) faces += picture.faces.size();
  return faces;
}

std::string AnnotatedPictures::summary() const {
  std::size_t ignored = 0;
  for (const AnnotatedPicture& picture : pictures) ignored += picture.ignored.size();
  std::string text =
      name + ": " + counted(pictures.size(), "picture") + ", " + counted(face_count(), "face");
  if (ignored > 0) text += ", " + counted(ignored, "ignored place");
  return text + "; " + counted(missing_pictures, "picture") + " missing, " +
         counted(problems.size() - missing_pictures, "other problem");
}

AnnotatedPictures read_annotated_pictures(std::string_view format_and_path) {
  static const std::map<std::string_view,
                        void (*)(const std::filesystem::path&, AnnotatedPictures&)>
      kReaders = {{"wider", read_wider},
                  {"fddb", read_fddb},
                  {"300w-lp", read_300w_lp},
                  {"aflw2000", read_300w_lp},
                  {"jsonl", read_json_lines},
                  {"aflw", read_aflw},
                  {"bioid", read_bioid},
                  {"dlib", read_dlib_xml},
                  {"yale", read_portraits},
                  {"pictures", read_bare_pictures}};
  const auto colon = format_and_path.find(':');
  const std::string_view format = format_and_path.substr(0, colon);
  if (colon != std::string_view::npos) {
    if (format == "300w" || format == "wflw") {
      return grouped_by_picture(read_landmark_dataset(format_and_path));
    }
    const auto reader = kReaders.find(format);
    if (reader != kReaders.end()) {
      AnnotatedPictures set;
      set.name = std::string(format_and_path);
      reader->second(std::filesystem::path(format_and_path.substr(colon + 1)), set);
      expect_some(set.pictures.size(), "usable picture", set.name, set.problems);
      return set;
    }
  }
  throw InputError("dataset \"" + std::string(format_and_path) +
                   "\": unknown format, expected FORMAT:PATH with 300w, 300w-lp, aflw, aflw2000, "
                   "bioid, dlib, fddb, jsonl, pictures, wflw, wider or yale");
}

}  // namespace eyelid::evaluation
