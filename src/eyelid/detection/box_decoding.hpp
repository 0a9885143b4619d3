// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "eyelid/core/exponential.hpp"
#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"

namespace eyelid::detection {

/// The logit whose sigmoid is `score`; 0 < score < 1.
inline float logit_of(float score) { return static_cast<float>(logarithm(score / (1.0f - score))); }

EYELID_PORTABLE inline float sigmoid(float logit) {
  return 1.0f / (1.0f + static_cast<float>(exponential(-double{logit})));
}

/// What BlazeFace says at one anchor. Pixels of the detector's input, measured on pixel edges.
struct FaceCandidate {
  Rect box;
  FaceKeypoints keypoints;
  float score;
};

/// `numbers`: 16 of one anchor: offsets of the box center, width and height, then offsets of 6
/// keypoints (x, y), all in input pixels. The box's width and height are not negative.
EYELID_PORTABLE inline FaceCandidate decode_box(const float* numbers, Point anchor, float score) {
  const float width = std::max(numbers[2], 0.0f);
  const float height = std::max(numbers[3], 0.0f);
  const Point center = anchor + Point{numbers[0], numbers[1]};
  FaceCandidate face{{center.x - 0.5f * width, center.y - 0.5f * height, width, height}, {}, score};
  for (std::size_t i = 0; i < face.keypoints.size(); i++) {
    face.keypoints[i] = anchor + Point{numbers[4 + 2 * i], numbers[5 + 2 * i]};
  }
  return face;
}

/// Where the frame lies in the detector's input: input = frame / frame_per_input + offset, on pixel
/// edges.
struct InputPlacement {
  float frame_per_input = 1.0f;
  float offset_x = 0.0f;
  float offset_y = 0.0f;
};

/// The candidate in the frame: its box stays on pixel edges, its points go to pixel centers.
EYELID_PORTABLE inline FaceCandidate moved_to_frame(FaceCandidate face,
                                                    const InputPlacement& placement) {
  const float scale = placement.frame_per_input;
  face.box = {(face.box.x - placement.offset_x) * scale,
              (face.box.y - placement.offset_y) * scale,
              face.box.width * scale,
              face.box.height * scale};
  for (std::size_t i = 0; i < face.keypoints.size(); i++) {
    const Point p = face.keypoints[i];
    face.keypoints[i] = {(p.x - placement.offset_x) * scale - 0.5f,
                         (p.y - placement.offset_y) * scale - 0.5f};
  }
  return face;
}

}  // namespace eyelid::detection
