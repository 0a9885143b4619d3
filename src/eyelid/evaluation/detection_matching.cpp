// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detection_matching.hpp"

#include <algorithm>

namespace eyelid::evaluation {
namespace {

float shared_area(const Rect& a, const Rect& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return std::max(width, 0.0f) * std::max(height, 0.0f);
}

bool lies_on_ignored(const Rect& detection, std::span<const AnnotatedBox> faces) {
  return std::any_of(faces.begin(), faces.end(), [&](const AnnotatedBox& face) {
    return face.is_ignored && shared_area(detection, face.box) >= 0.5f * detection.area();
  });
}

}  // namespace

DetectionMatch match_detections(std::span<const FaceBox> detections,
                                std::span<const AnnotatedBox> faces,
                                double smallest_iou) {
  std::vector<const FaceBox*> by_score;
  for (const FaceBox& detection : detections) by_score.push_back(&detection);
  std::stable_sort(by_score.begin(), by_score.end(), [](const FaceBox* a, const FaceBox* b) {
    return a->score > b->score;
  });
  std::vector<bool> is_taken(faces.size(), false);
  DetectionMatch match;
  for (const FaceBox* detection : by_score) {
    std::size_t best = faces.size();
    auto best_iou = 0.0f;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      const float overlap = iou(detection->box, faces[i].box);
      if (!is_taken[i] && overlap >= static_cast<float>(smallest_iou) && overlap > best_iou) {
        best = i;
        best_iou = overlap;
      }
    }
    if (best < faces.size()) {
      is_taken[best] = true;
      if (!faces[best].is_ignored) ++match.true_positives;
    } else if (!lies_on_ignored(detection->box, faces)) {
      ++match.false_positives;
    }
  }
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (!faces[i].is_ignored && !is_taken[i]) ++match.false_negatives;
  }
  return match;
}

}  // namespace eyelid::evaluation
