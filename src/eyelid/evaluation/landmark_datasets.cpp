// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_datasets.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"
#include "eyelid/evaluation/face_boxes.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// Pairs of x and y.
std::vector<Point> points_of(std::span<const std::string> words) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto x = number_of(words[i]);
    const auto y = number_of(words[i + 1]);
    if (!x || !y) {
      throw InputError("point " + std::to_string(i / 2) + " is \"" + words[i] + " " + words[i + 1] +
                       "\", expected two coordinates");
    }
    points.push_back({*x, *y});
  }
  return points;
}

EyeLandmarks eyes_of(const FaceLandmarks& points) {
  EyeLandmarks eyes;
  std::copy_n(points.begin() + kRightEyeBegin, 6, eyes.right.begin());
  std::copy_n(points.begin() + kLeftEyeBegin, 6, eyes.left.begin());
  return eyes;
}

// HELEN and AFW name the faces of one photograph `<its number>_<face>`; other sets number files.
std::string scene_of(const fs::path& annotation) {
  std::string stem = annotation.stem().string();
  const auto dash = stem.find_last_of('_');
  if (dash == std::string::npos || dash == 0) return stem;
  const bool is_number = std::all_of(stem.begin(),
                                     stem.begin() + static_cast<std::ptrdiff_t>(dash),
                                     [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? stem.substr(0, dash) : stem;
}

// The contour of WFLW has 8 points per eye; these six lie where iBUG's do.
constexpr std::size_t kWflwPoints = 98;
constexpr std::array<std::size_t, 6> kWflwRightEye = {60, 61, 63, 64, 65, 67};
constexpr std::array<std::size_t, 6> kWflwLeftEye = {68, 69, 71, 72, 73, 75};

LabeledFace wflw_face(const fs::path& folder, const std::vector<std::string>& words) {
  constexpr std::size_t kPlain = 2 * kWflwPoints + 4 + 1;
  constexpr std::size_t kWithAttributes = kPlain + 6;
  if (words.size() != kPlain && words.size() != kWithAttributes) {
    throw InputError(std::to_string(words.size()) + " words, expected " + std::to_string(kPlain) +
                     " (98 points, box, picture) or " + std::to_string(kWithAttributes));
  }
  LabeledFace face;
  face.image = folder / "images" / words.back();
  face.scene = words.back();
  face.annotation = points_of(std::span(words).first(2 * kWflwPoints));
  face.hull = hull_of(face.annotation);
  for (std::size_t i = 0; i < 6; ++i) {
    face.eyes.right[i] = face.annotation[kWflwRightEye[i]];
    face.eyes.left[i] = face.annotation[kWflwLeftEye[i]];
  }
  expect_picture(face.image);
  return face;
}

}  // namespace

FaceLandmarks read_pts(const fs::path& file) {
  const std::string text = files::read_input_file(file, 1 << 20, "a .pts file");
  const auto open = text.find('{');
  const auto close = text.find('}');
  if (open == std::string::npos || close == std::string::npos || close < open) {
    throw InputError(file.string() + ": no points between braces, expected an iBUG .pts file");
  }
  const auto words = words_of(text.substr(open + 1, close - open - 1));
  FaceLandmarks points;
  if (words.size() != 2 * points.size()) {
    throw InputError(file.string() + ": " + std::to_string(words.size()) +
                     " coordinates, expected 136 of 68 points");
  }
  try {
    // iBUG counts pixels from 1: its (1, 1) is the center of the first.
    std::ranges::transform(points_of(words), points.begin(), [](Point p) {
      return p - Point{1.0f, 1.0f};
    });
  } catch (const InputError& error) {
    throw InputError(file.string() + ": " + error.what());
  }
  return points;
}

LandmarkDataset read_300w(const fs::path& folder) {
  LandmarkDataset dataset;
  dataset.name = "300w:" + folder.string();
  for (const fs::path& file : files_below(folder, ".pts", "a folder of .pts files and pictures")) {
    read_entry(dataset, "", [&] {
      LabeledFace face;
      face.points = read_pts(file);
      face.image = picture_beside(file);
      face.scene = scene_of(file);
      face.eyes = eyes_of(*face.points);
      face.annotation.assign(face.points->begin(), face.points->end());
      face.hull = hull_of(*face.points);
      dataset.faces.push_back(std::move(face));
    });
  }
  expect_some(dataset.faces.size(), "usable face", dataset.name, dataset.problems);
  return dataset;
}

LandmarkDataset read_wflw(const fs::path& folder) {
  LandmarkDataset dataset;
  dataset.name = "wflw:" + folder.string();
  LineReader lines(folder / "list_98pt_rect.txt");
  for (std::string line; lines.next(line);) {
    read_entry(dataset, lines.place() + ": ", [&] {
      dataset.faces.push_back(wflw_face(folder, words_of(line)));
    });
  }
  expect_some(dataset.faces.size(), "usable face", dataset.name, dataset.problems);
  return dataset;
}

LandmarkDataset read_landmark_dataset(std::string_view format_and_path) {
  const auto colon = format_and_path.find(':');
  const std::string format(format_and_path.substr(0, colon));
  if (colon != std::string_view::npos) {
    const fs::path path(format_and_path.substr(colon + 1));
    if (format == "300w") return read_300w(path);
    if (format == "wflw") return read_wflw(path);
  }
  throw InputError("dataset \"" + std::string(format_and_path) +
                   "\": unknown format, expected 300w:FOLDER or wflw:FOLDER");
}

}  // namespace eyelid::evaluation
