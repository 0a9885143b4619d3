// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/detection_matching.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::evaluation {
namespace {

using Rule = AnnotatedBox::Rule;

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

// The IoU, or 1 and 0 where there is no box to compare with.
float fit(const Rect& detection, const AnnotatedBox& face) {
  switch (face.rule) {
    case Rule::Overlap:
      return iou(detection, face.box);
    case Rule::Eyes:
      return box_fits_eyes(detection, face.eyes) ? 1.0f : 0.0f;
    case Rule::Anywhere:
      return 1.0f;
  }
  return 0.0f;
}

}  // namespace

bool box_fits_eyes(const Rect& box, const std::array<Point, 2>& eyes) {
  constexpr float kMinSide = 1.5f;
  constexpr float kMaxSide = 4.0f;
  const float middle = box.y + 0.5f * box.height;
  for (const Point eye : eyes) {
    // Boxes lie on pixel edges, half a pixel before the centers.
    const Point on_edges = eye + Point{0.5f, 0.5f};
    if (on_edges.x < box.x || on_edges.x > box.right()) return false;
    if (on_edges.y < box.y || on_edges.y > middle) return false;
  }
  const float side = std::sqrt(box.area());
  const float eye_distance = distance(eyes[0], eyes[1]);
  return side >= kMinSide * eye_distance && side <= kMaxSide * eye_distance;
}

DetectionMatch match_detections(std::span<const FaceBox> detections,
                                std::span<const AnnotatedBox> faces,
                                double min_iou) {
  std::vector<std::size_t> by_score(detections.size());
  for (std::size_t i = 0; i < by_score.size(); ++i) by_score[i] = i;
  std::stable_sort(by_score.begin(), by_score.end(), [&](std::size_t a, std::size_t b) {
    return detections[a].score > detections[b].score;
  });
  DetectionMatch match;
  match.verdicts.assign(detections.size(), Verdict::False);
  match.is_taken.assign(faces.size(), false);
  for (const std::size_t index : by_score) {
    const Rect& box = detections[index].box;
    std::size_t best = faces.size();
    auto best_fit = 0.0f;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      if (match.is_taken[i]) continue;
      const float overlap = fit(box, faces[i]);
      if (overlap >= static_cast<float>(min_iou) && overlap > best_fit) {
        best = i;
        best_fit = overlap;
      }
    }
    if (best < faces.size()) {
      match.is_taken[best] = true;
      match.verdicts[index] = faces[best].is_ignored ? Verdict::Neutral : Verdict::Hit;
    } else if (lies_on_ignored(box, faces)) {
      match.verdicts[index] = Verdict::Neutral;
    }
    if (match.verdicts[index] == Verdict::Hit) ++match.true_positives;
    if (match.verdicts[index] == Verdict::False) ++match.false_positives;
  }
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (!faces[i].is_ignored && !match.is_taken[i]) ++match.false_negatives;
  }
  return match;
}

}  // namespace eyelid::evaluation
