// SPDX-License-Identifier: MIT
#include "eyelid/detection/box_decoding.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::detection {

float logit_of(float score) { return std::log(score / (1.0f - score)); }

// Through double precision: so rounded, every C library and the GPU give the same float.
float sigmoid(float logit) { return 1.0f / (1.0f + static_cast<float>(std::exp(-double{logit}))); }

FaceBox decode_box(std::span<const float, 16> numbers, Point anchor, float score) {
  const float width = std::max(numbers[2], 0.0f);
  const float height = std::max(numbers[3], 0.0f);
  const Point center = anchor + Point{numbers[0], numbers[1]};
  FaceKeypoints keypoints;
  for (std::size_t i = 0; i < keypoints.size(); i++) {
    keypoints[i] = anchor + Point{numbers[4 + 2 * i], numbers[5 + 2 * i]};
  }
  return {{center.x - 0.5f * width, center.y - 0.5f * height, width, height}, score, keypoints};
}

}  // namespace eyelid::detection
