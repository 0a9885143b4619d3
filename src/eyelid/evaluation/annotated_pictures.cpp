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

// Faces of one picture together. Sets of facial points never promise to name every face.
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

AnnotatedPictures read_bare_pictures(const std::string& format,
                                     const std::filesystem::path& folder) {
  AnnotatedPictures result;
  result.name = format + ":" + folder.string();
  for (const std::filesystem::path& path : video::list_images(folder)) {
    AnnotatedPicture picture;
    picture.image = path;
    picture.scene = path.stem().string();
    if (format == "yale") {
      picture.faces.emplace_back();
      picture.is_complete = true;
    }
    result.pictures.push_back(std::move(picture));
  }
  return result;
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
  const auto colon = format_and_path.find(':');
  const std::string format(format_and_path.substr(0, colon));
  if (colon != std::string_view::npos) {
    const std::filesystem::path path(format_and_path.substr(colon + 1));
    if (format == "300w") return grouped_by_picture(read_300w(path));
    if (format == "wflw") return grouped_by_picture(read_wflw(path));
    if (format == "wider") return read_wider(path);
    if (format == "fddb") return read_fddb(path);
    if (format == "300w-lp" || format == "aflw2000") return read_300w_lp(path);
    if (format == "jsonl") return read_json_lines(path);
    if (format == "aflw") return read_aflw(path);
    if (format == "bioid") return read_bioid(path);
    if (format == "dlib") return read_dlib_xml(path);
    if (format == "yale" || format == "pictures") return read_bare_pictures(format, path);
  }
  throw InputError("dataset \"" + std::string(format_and_path) +
                   "\": unknown format, expected FORMAT:PATH with 300w, 300w-lp, aflw, aflw2000, "
                   "bioid, dlib, fddb, jsonl, pictures, wflw, wider or yale");
}

}  // namespace eyelid::evaluation
