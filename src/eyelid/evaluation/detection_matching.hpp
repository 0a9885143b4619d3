// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "eyelid/core/face.hpp"

namespace eyelid::evaluation {

/// One annotated face of a picture, as detections are compared with it.
struct AnnotatedBox {
  enum class Rule {
    Overlap,   // IoU with `box`
    Eyes,      // both `eyes` in the upper half of a detection of plausible size: box_fits_eyes()
    Anywhere,  // nothing is known of its place: any detection fits
  };
  Rect box;
  /// Too small to count: no miss when not found, no hit when found.
  bool is_ignored = false;
  Rule rule = Rule::Overlap;
  std::array<Point, 2> eyes = {};  // centers; Rule::Eyes
};

/// Whether a detector may draw this box around a face with these eyes: both lie in its upper half,
/// and the square root of its area is 1.5 to 4 times their distance. (Detectors draw 2.2 to 2.9
/// times: the distance of the eyes is 0.45 of the width of a face and 0.35 of its height.)
bool box_fits_eyes(const Rect& box, const std::array<Point, 2>& eyes);

enum class Verdict {
  Hit,
  False,
  Neutral,  // took an ignored face, or lies on one
};

struct DetectionMatch {
  std::size_t true_positives = 0;
  std::size_t false_positives = 0;
  std::size_t false_negatives = 0;
  std::vector<Verdict> verdicts;  // of each detection, in the order they were given
  std::vector<bool> is_taken;     // of each face
};

/// Compares the detections of one picture with its faces.
///
/// Detections, by decreasing score, each take the free face of highest IoU, if that is at least
/// `min_iou`. A detection that took none is false, unless half of its area lies on
/// one ignored face. So the verdict on a detection does not depend on weaker ones: it is the same
/// at any threshold below its score.
DetectionMatch match_detections(std::span<const FaceBox> detections,
                                std::span<const AnnotatedBox> faces,
                                double min_iou);

}  // namespace eyelid::evaluation
