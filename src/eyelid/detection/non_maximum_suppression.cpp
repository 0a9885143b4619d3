// SPDX-License-Identifier: MIT
#include "eyelid/detection/non_maximum_suppression.hpp"

#include <algorithm>
#include <cstddef>

namespace eyelid::detection {
namespace {

/// Sum of boxes and keypoints, each times its score.
class WeightedMean {
 public:
  void add(const FaceBox& face) {
    const float weight = face.score;
    left_ += weight * face.box.x;
    top_ += weight * face.box.y;
    right_ += weight * face.box.right();
    bottom_ += weight * face.box.bottom();
    for (std::size_t i = 0; i < keypoints_.size(); i++) {
      keypoints_[i] = keypoints_[i] + (*face.keypoints)[i] * weight;
    }
    weight_ += weight;
  }

  FaceBox face(float score) const {
    const float factor = 1.0f / weight_;
    FaceKeypoints keypoints;
    for (std::size_t i = 0; i < keypoints.size(); i++) keypoints[i] = keypoints_[i] * factor;
    return {{left_ * factor, top_ * factor, (right_ - left_) * factor, (bottom_ - top_) * factor},
            score,
            keypoints};
  }

 private:
  float left_ = 0.0f, top_ = 0.0f, right_ = 0.0f, bottom_ = 0.0f;
  FaceKeypoints keypoints_{};
  float weight_ = 0.0f;
};

/// Moves the first of the best to the front by insertion: few candidates, no memory, stable.
void sort_by_score(std::vector<FaceBox>& faces) {
  for (std::size_t i = 1; i < faces.size(); i++) {
    const auto begin = faces.begin();
    const auto current = begin + static_cast<std::ptrdiff_t>(i);
    const auto place =
        std::upper_bound(begin, current, *current, [](const FaceBox& a, const FaceBox& b) {
          return a.score > b.score;
        });
    std::rotate(place, current, current + 1);
  }
}

}  // namespace

void weighted_non_maximum_suppression(std::vector<FaceBox>& candidates,
                                      float iou_threshold,
                                      std::vector<FaceBox>& faces) {
  faces.clear();
  sort_by_score(candidates);
  while (!candidates.empty()) {
    const FaceBox best = candidates.front();
    WeightedMean mean;
    mean.add(best);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < candidates.size(); i++) {
      if (iou(best.box, candidates[i].box) > iou_threshold) {
        mean.add(candidates[i]);
      } else {
        candidates[kept++] = candidates[i];
      }
    }
    candidates.resize(kept);
    faces.push_back(mean.face(best.score));
  }
}

}  // namespace eyelid::detection
