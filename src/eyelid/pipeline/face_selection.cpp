// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/face_selection.hpp"

#include <algorithm>

namespace eyelid::pipeline {

std::optional<FaceBox> nearest_or_largest(std::span<const FaceBox> faces,
                                          const std::optional<FaceBox>& previous) {
  if (faces.empty()) return std::nullopt;
  if (previous) {
    const auto nearest = std::ranges::max_element(
        faces, {}, [&](const FaceBox& face) { return iou(face.box, previous->box); });
    if (iou(nearest->box, previous->box) >= FaceSelector::kContinuesIou) return *nearest;
  }
  return *std::ranges::max_element(faces, {}, [](const FaceBox& face) { return face.box.area(); });
}

std::optional<FaceBox> FaceSelector::select(std::span<const FaceBox> faces) {
  const std::optional<FaceBox> chosen = nearest_or_largest(faces, last_);
  if (chosen) {
    last_ = chosen;
    calls_since_last_ = 0;
  } else if (++calls_since_last_ > kMemoryFrames) {
    last_.reset();
  }
  return chosen;
}

}  // namespace eyelid::pipeline
