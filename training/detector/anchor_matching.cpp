// SPDX-License-Identifier: MIT
#include "training/detector/anchor_matching.hpp"

#include <algorithm>

#include "eyelid/detection/anchors.hpp"

namespace eyelid::training {
namespace {

std::array<Rect, kDetectorAnchors> make_anchors() {
  std::array<Rect, kDetectorAnchors> anchors;
  for (std::size_t i = 0; i < anchors.size(); i++) {
    const std::size_t slot = i < 512 ? i % 2 : 2 + (i - 512) % 6;
    const float side = kHiddenAnchorSizes[slot] * kDetectorSide;
    const Point center = detection::anchor_center(static_cast<int>(i));
    anchors[i] = {center.x - side / 2, center.y - side / 2, side, side};
  }
  return anchors;
}

/// Share of `inner` that lies in `outer`.
float covered(const Rect& inner, const Rect& outer) {
  const float width = std::min(inner.right(), outer.right()) - std::max(inner.x, outer.x);
  const float height = std::min(inner.bottom(), outer.bottom()) - std::max(inner.y, outer.y);
  return std::max(width, 0.0f) * std::max(height, 0.0f) / inner.area();
}

using Overlaps = std::array<float, kDetectorAnchors>;

/// Returns the largest.
float measure(const Rect& face, Overlaps& overlaps) {
  const auto& anchors = hidden_anchors();
  float best = 0.0f;
  for (std::size_t i = 0; i < anchors.size(); i++) {
    overlaps[i] = iou(anchors[i], face);
    best = std::max(best, overlaps[i]);
  }
  return best;
}

}  // namespace

const std::array<Rect, kDetectorAnchors>& hidden_anchors() {
  static const std::array<Rect, kDetectorAnchors> anchors = make_anchors();
  return anchors;
}

void assign_anchors(const TrainingSample& sample, AnchorAssignment& assignment) {
  constexpr float kPositive = 0.5f, kPositiveOfBest = 0.85f;
  constexpr float kIgnore = 0.35f, kIgnoreOfBest = 0.6f;
  constexpr float kInside = 0.5f;
  assignment.fill(kBackground);
  Overlaps overlaps, taken;
  for (const Rect& region : sample.ignored) {
    const float best = measure(region, overlaps);
    if (best <= 0.0f) continue;
    const float limit = std::min(kIgnore, kIgnoreOfBest * best);
    for (std::size_t i = 0; i < assignment.size(); i++) {
      if (overlaps[i] >= limit || covered(hidden_anchors()[i], region) > kInside) {
        assignment[i] = kIgnored;
      }
    }
  }
  taken.fill(0.0f);
  for (std::size_t face = 0; face < sample.faces.size(); face++) {
    const float best = measure(sample.faces[face].box, overlaps);
    if (best <= 0.0f) continue;
    const float positive = std::min(kPositive, kPositiveOfBest * best);
    const float ignore = std::min(kIgnore, kIgnoreOfBest * best);
    for (std::size_t i = 0; i < assignment.size(); i++) {
      if (overlaps[i] >= positive && overlaps[i] > taken[i]) {
        assignment[i] = static_cast<std::int16_t>(face);
        taken[i] = overlaps[i];
      } else if (overlaps[i] >= ignore && assignment[i] == kBackground) {
        assignment[i] = kIgnored;
      }
    }
  }
}

}  // namespace eyelid::training
