// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/evaluation/landmark_datasets.hpp"

namespace eyelid::evaluation {

struct DetectorEvaluationOptions {
  double smallest_iou = 0.5;
  /// Faces lower than this share of the picture's longer side are ignored.
  double smallest_face = 0.0;
};

/// One row of `eyelid evaluate detector`.
struct DetectorEvaluation {
  std::string detector;
  double smallest_iou = 0.0;
  double smallest_face = 0.0;
  std::size_t images = 0;
  std::size_t faces = 0;
  std::size_t true_positives = 0;
  /// Nothing where a set does not annotate every face of its pictures.
  std::optional<std::size_t> false_positives;
  std::size_t false_negatives = 0;
  double recall = 0.0;
  std::optional<double> precision;
  double ms_per_image = 0.0;          // mean of detect(), decoding not included
  std::vector<std::string> problems;  // pictures that cannot be read, left out
};

/// Runs a detector over pictures whose annotations are facial points: the face's box is made from
/// them as this detector draws it (face_boxes.hpp). These sets annotate one face per picture, so
/// only hits and misses are counted. Throws InputError when no picture can be read.
DetectorEvaluation evaluate_detector(const LandmarkDataset& dataset,
                                     detection::FaceDetector& detector,
                                     const DetectorEvaluationOptions& options = {});

}  // namespace eyelid::evaluation
