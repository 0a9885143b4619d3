// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/detection/face_detector.hpp"
#include "eyelid/evaluation/annotated_pictures.hpp"
#include "eyelid/evaluation/detection_matching.hpp"

namespace eyelid::evaluation {

/// One of the detectors to compare.
struct DetectorUnderTest {
  /// As it is used: gives hits, misses, false detections and times.
  detection::FaceDetector* detector = nullptr;
  /// The same with its lowest threshold, for the average precision; may be null: then the curve
  /// ends at the threshold of `detector`. Two, because weaker candidates change the boxes that
  /// weighted suppression computes from stronger ones.
  detection::FaceDetector* sensitive = nullptr;
};

/// What one detector found in one picture. References are valid during the call only.
struct MarkedDetections {
  const AnnotatedPicture& picture;
  const GrayImage& image;
  std::size_t detector;  // index into the detectors given
  std::span<const AnnotatedBox> faces;
  std::span<const FaceBox> detections;
  const DetectionMatch& match;
};

struct DetectorEvaluationOptions {
  double min_iou = 0.5;
  /// Faces with a height below this share of the picture's longer side are ignored.
  double min_face = 0.0;
  std::function<void(const MarkedDetections&)> on_picture;          // may be empty
  std::function<void(std::size_t done, std::size_t all)> progress;  // may be empty
};

/// One row of `eyelid evaluate detector`.
struct DetectorEvaluation {
  std::string detector;
  std::size_t faces = 0;
  std::size_t true_positives = 0;
  std::size_t false_negatives = 0;
  double recall = 0.0;
  /// Nothing, all four, where a set does not annotate every face of its pictures.
  std::optional<std::size_t> false_positives;
  std::optional<double> precision;
  std::optional<double> f1;
  std::optional<double> average_precision;  // average_precision.hpp
  /// Of detect() in one thread: pictures decoded before, detectors taking turns.
  double ms_per_image = 0.0;  // median
  double ms_per_image_p95 = 0.0;
};

/// Detectors side by side on the same pictures.
struct DetectorComparison {
  std::size_t images = 0;
  std::size_t unreadable_images = 0;  // among the problems; skipped
  std::size_t boxes_outside = 0;      // among the problems; skipped
  std::vector<std::string> problems;
  std::vector<DetectorEvaluation> rows;  // in the order of the detectors
};

/// Runs detectors over annotated pictures. The box of a face is the annotated one, or is computed
/// from its points as the detector draws it (face_boxes.hpp); where only eyes are annotated, the
/// box has to fit them; a face of which nothing is known is found by any one detection. False
/// detections count only where all faces of all pictures are annotated, or the set says so. A face
/// that lies entirely outside its picture is reported and skipped. Throws InputError when no
/// picture can be read.
DetectorComparison evaluate_detectors(const AnnotatedPictures& dataset,
                                      std::span<const DetectorUnderTest> detectors,
                                      const DetectorEvaluationOptions& options = {});

}  // namespace eyelid::evaluation
