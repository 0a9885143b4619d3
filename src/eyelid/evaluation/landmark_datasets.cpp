// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/landmark_datasets.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <sstream>

#include "eyelid/core/error.hpp"
#include "eyelid/evaluation/annotation_readers.hpp"

namespace eyelid::evaluation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPtsFileLimit = 1 << 20;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string read_text(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) throw InputError(file.string() + ": cannot be read, expected a .pts file");
  if (size > kPtsFileLimit) {
    throw InputError(file.string() + ": " + std::to_string(size) +
                     " bytes, expected a .pts file of less than a megabyte");
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw InputError(file.string() + ": cannot be read, expected a .pts file");
  return text.str();
}

Rect hull_of(std::span<const Point> points) {
  Point low = points[0];
  Point high = points[0];
  for (const Point p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  return {low.x, low.y, high.x - low.x, high.y - low.y};
}

EyeLandmarks eyes_of(const FaceLandmarks& points) {
  EyeLandmarks eyes;
  std::copy_n(points.begin() + kRightEyeBegin, 6, eyes.right.begin());
  std::copy_n(points.begin() + kLeftEyeBegin, 6, eyes.left.begin());
  return eyes;
}

// HELEN and AFW name the faces of one photograph `<its number>_<face>`; other sets number files.
std::string scene_of(const fs::path& annotation) {
  const std::string stem = annotation.stem().string();
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
  std::array<Point, kWflwPoints> points;
  for (std::size_t i = 0; i < kWflwPoints; ++i) {
    const auto x = number_of(words[2 * i]);
    const auto y = number_of(words[2 * i + 1]);
    if (!x || !y) {
      throw InputError("point " + std::to_string(i) + " is \"" + words[2 * i] + " " +
                       words[2 * i + 1] + "\", expected two coordinates");
    }
    points[i] = {*x, *y};
  }
  LabeledFace face;
  face.image = folder / "images" / words.back();
  face.scene = words.back();
  for (std::size_t i = 0; i < 6; ++i) {
    face.eyes.right[i] = points[kWflwRightEye[i]];
    face.eyes.left[i] = points[kWflwLeftEye[i]];
  }
  face.annotation.assign(points.begin(), points.end());
  face.hull = hull_of(points);
  std::error_code ignored;
  if (!fs::is_regular_file(face.image, ignored)) {
    throw MissingPicture("picture " + face.image.string() + " is absent");
  }
  return face;
}

void expect_some_face(const LandmarkDataset& dataset) {
  if (!dataset.faces.empty()) return;
  throw InputError(dataset.name + ": no usable face" +
                   (dataset.problems.empty()
                        ? std::string(", expected at least one annotation")
                        : " among " + std::to_string(dataset.problems.size()) +
                              " annotations, the first problem being: " + dataset.problems[0]));
}

}  // namespace

FaceLandmarks read_pts(const fs::path& file) {
  const std::string text = read_text(file);
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
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto x = number_of(words[2 * i]);
    const auto y = number_of(words[2 * i + 1]);
    if (!x || !y) {
      throw InputError(file.string() + ": point " + std::to_string(i) + " is \"" + words[2 * i] +
                       " " + words[2 * i + 1] + "\", expected two coordinates");
    }
    // iBUG counts pixels from 1: its (1, 1) is the center of the first.
    points[i] = {*x - 1.0f, *y - 1.0f};
  }
  return points;
}

LandmarkDataset read_300w(const fs::path& folder) {
  LandmarkDataset dataset;
  dataset.name = "300w:" + folder.string();
  for (const fs::path& file : files_below(folder, ".pts", "a folder of .pts files and pictures")) {
    try {
      LabeledFace face;
      face.points = read_pts(file);
      const auto picture = picture_beside(file);
      if (!picture) {
        throw MissingPicture(file.string() + ": no picture of the same name beside it");
      }
      face.image = *picture;
      face.scene = scene_of(file);
      face.eyes = eyes_of(*face.points);
      face.annotation.assign(face.points->begin(), face.points->end());
      face.hull = hull_of(*face.points);
      dataset.faces.push_back(std::move(face));
    } catch (const MissingPicture& missing) {
      ++dataset.missing_pictures;
      dataset.problems.emplace_back(missing.what());
    } catch (const InputError& error) {
      dataset.problems.emplace_back(error.what());
    }
  }
  expect_some_face(dataset);
  return dataset;
}

LandmarkDataset read_wflw(const fs::path& folder) {
  LandmarkDataset dataset;
  dataset.name = "wflw:" + folder.string();
  const fs::path list = folder / "list_98pt_rect.txt";
  std::ifstream stream(list);
  if (!stream) {
    throw InputError(list.string() + ": cannot be read, expected the list of a WFLW folder");
  }
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    try {
      dataset.faces.push_back(wflw_face(folder, words));
    } catch (const MissingPicture& missing) {
      ++dataset.missing_pictures;
      dataset.problems.push_back(list.string() + ":" + std::to_string(number) + ": " +
                                 missing.what());
    } catch (const InputError& error) {
      dataset.problems.push_back(list.string() + ":" + std::to_string(number) + ": " +
                                 error.what());
    }
  }
  expect_some_face(dataset);
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
