// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"

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

/// Runs a detector over annotated pictures. The box of a face is the annotated one, or is made of
/// its points as this detector draws it (face_boxes.hpp). A face of which nothing is known is found
/// by any one detection; more are false. False detections count only where all faces of all
/// pictures are annotated. Throws InputError when no picture can be read.
DetectorEvaluation evaluate_detector(const AnnotatedPictures& dataset,
                                     detection::FaceDetector& detector,
                                     const DetectorEvaluationOptions& options = {});

}  // namespace eyelid::evaluation
