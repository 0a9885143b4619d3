// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace eyelid::evaluation {

/// Collects the detections of a whole set with their verdicts and integrates precision over recall.
class PrecisionRecallCurve {
 public:
  void add(float score, bool is_hit) { detections_.push_back({score, is_hit}); }

  /// Area under the curve, all-point interpolation: detections ranked by score over the whole set,
  /// precision at a recall being the best precision at this recall or any higher. Detections of
  /// equal score enter together, so their order does not matter. Faces that no detection reaches,
  /// however weak, count with precision 0. Nothing without a face.
  ///
  /// Source: Everingham et al., PASCAL VOC development kit 2010 and later.
  std::optional<double> average_precision(std::size_t faces) const;

 private:
  struct Detection {
    float score;
    bool is_hit;
  };
  std::vector<Detection> detections_;
};

}  // namespace eyelid::evaluation
