// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"

namespace eyelid::evaluation {

/// One annotated face of a picture.
struct AnnotatedBox {
  Rect box;
  /// Too small to be asked for: no miss when not found, no hit when found.
  bool is_ignored = false;
};

struct DetectionMatch {
  std::size_t true_positives = 0;
  std::size_t false_positives = 0;
  std::size_t false_negatives = 0;
};

/// Compares the detections of one picture with its faces.
///
/// Detections, by falling score, each take the free face of highest IoU if that is at least
/// `smallest_iou`. A detection that took none is false, unless half of its area lies on one ignored
/// face.
DetectionMatch match_detections(std::span<const FaceBox> detections,
                                std::span<const AnnotatedBox> faces,
                                double smallest_iou);

}  // namespace eyelid::evaluation
