// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/face.hpp"

namespace eyelid::evaluation {

/// One annotated face of a picture. Coordinates in pixels of the picture, the center of its first
/// pixel being (0, 0), whatever the origin of the annotation.
struct LabeledFace {
  std::filesystem::path image;
  /// Pictures of one scene share it: a training set and its check must never share a scene.
  std::string scene;
  EyeLandmarks eyes;
  std::optional<FaceLandmarks> points;  // where all 68 are known
  std::vector<Point> annotation;        // every point, in the set's own order: 68 or 98
  Rect hull;                            // the upright box around all annotated points
};

/// What a folder of annotations held. A damaged or incomplete entry never ends the reading: it is
/// skipped, and one sentence that names the file says why.
struct LandmarkDataset {
  std::string name;  // as given: "300w:faces/helen"
  std::vector<LabeledFace> faces;
  std::vector<std::string> problems;
  std::size_t missing_pictures = 0;  // annotated, but absent; among the problems
};

/// Annotations of a dataset given as FORMAT:PATH.
///   300w  folder (with sub-folders) of iBUG `.pts` files, 1-based pixels; the picture lies beside
///         each, of the same name and any extension
///   wflw  folder with `images/` and `list_98pt_rect.txt`, 0-based pixels: 98 points, of which the
///         eyes are used; lines with the six attributes of the original lists are read as well
///
/// Pictures must exist but are not opened. Throws InputError: unknown format, absent folder or
/// list, or not one usable face.
LandmarkDataset read_landmark_dataset(std::string_view format_and_path);
LandmarkDataset read_300w(const std::filesystem::path& folder);
LandmarkDataset read_wflw(const std::filesystem::path& folder);

/// The 68 points of one `.pts` file. Throws InputError: unreadable, damaged, or another count.
FaceLandmarks read_pts(const std::filesystem::path& file);

}  // namespace eyelid::evaluation
