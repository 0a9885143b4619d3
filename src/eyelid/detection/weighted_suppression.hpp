// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/detection/anchors.hpp"
#include "eyelid/detection/box_decoding.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::detection {

/// Detections that overlap by more are one face.
inline constexpr float kSuppressionIou = 0.3f;

/// Candidates of one frame and the work memory of their suppression. Plain numbers, as it lies in
/// the shared memory of a GPU.
struct SuppressionWork {
  static constexpr int kSums = 17;  // four edges, six points, the weight

  FaceCandidate candidates[kAnchorCount];
  float sums[kSums];                 // of the face in work
  std::int16_t order[kAnchorCount];  // candidates by falling score, equal ones as they came
  std::uint8_t is_alive[kAnchorCount];
  std::uint8_t joins[kAnchorCount];
  std::int32_t best;
};

/// Weighted non-maximum suppression of the first `count` candidates: the best takes all that
/// overlap it by more than `iou_threshold`, box and keypoints become the mean weighted by score;
/// the score stays the best one's. Repeats with those left, until there are `most` faces.
///
/// Calls write(i, face) for face 0, 1, ... by one thread; best first, equal scores in the order of
/// the candidates. Returns how many. The work of one block of threads, see kernels/gpu/block.hpp.
///
/// Source: Bazarevsky et al. 2019, section 3.4 ("blending"); MediaPipe
/// non_max_suppression_calculator, WEIGHTED.
template <class Block>
class WeightedSuppression {
 public:
  EYELID_DEVICE WeightedSuppression(Block& block, SuppressionWork& work, int count)
      : block_(block), work_(work), count_(count) {}

  template <class Write>
  EYELID_DEVICE int run(float iou_threshold, int most, Write write) {
    sort();
    int faces = 0;
    EYELID_KEEP_LOOP
    for (int first = 0; faces < most; faces++) {
      block_.each_thread([&](int thread) {
        if (thread != 0) return;
        int i = first;
        while (i < count_ && work_.is_alive[i] == 0) i++;
        work_.best = i;
      });
      first = block_.read(work_.best);
      if (first >= count_) break;
      join(first, iou_threshold);
      block_.each_thread([&](int thread) {
        for (int i = first + thread; i < count_; i += block_.threads()) {
          if (work_.joins[i] != 0) work_.is_alive[i] = 0;
        }
        if (thread == 0) write(faces, mean(ranked(first).score));
      });
    }
    return faces;
  }

 private:
  EYELID_DEVICE const FaceCandidate& ranked(int i) const {
    return work_.candidates[work_.order[i]];
  }

  EYELID_DEVICE void sort() {
    block_.each_thread([&](int thread) {
      for (int i = thread; i < count_; i += block_.threads()) {
        const float score = work_.candidates[i].score;
        int rank = 0;
        for (int j = 0; j < count_; j++) {
          const float other = work_.candidates[j].score;
          rank += other > score || (other == score && j < i) ? 1 : 0;
        }
        work_.order[rank] = static_cast<std::int16_t>(i);
        work_.is_alive[i] = 1;
      }
    });
  }

  /// Sums over all candidates that join `best`, each sum by one thread in the order of the scores.
  EYELID_DEVICE void join(int best, float iou_threshold) {
    block_.each_thread([&](int thread) {
      for (int i = best + thread; i < count_; i += block_.threads()) {
        const bool is_same = iou(ranked(best).box, ranked(i).box) > iou_threshold;
        work_.joins[i] = i == best || (work_.is_alive[i] != 0 && is_same) ? 1 : 0;
      }
    });
    block_.each_thread([&](int thread) {
      for (int k = thread; k < SuppressionWork::kSums; k += block_.threads()) {
        float sum = 0.0f;
        for (int i = best; i < count_; i++) {
          if (work_.joins[i] != 0) sum += ranked(i).score * number(ranked(i), k);
        }
        work_.sums[k] = sum;
      }
    });
  }

  static EYELID_DEVICE float number(const FaceCandidate& face, int k) {
    if (k >= 16) return 1.0f;
    if (k >= 4) {
      const Point p = face.keypoints[static_cast<std::size_t>(k / 2 - 2)];
      return k % 2 == 0 ? p.x : p.y;
    }
    const Rect& box = face.box;
    return k == 0 ? box.x : k == 1 ? box.y : k == 2 ? box.right() : box.bottom();
  }

  EYELID_DEVICE FaceCandidate mean(float score) const {
    const float* sums = work_.sums;
    const float factor = 1.0f / sums[16];
    FaceCandidate face{{sums[0] * factor,
                        sums[1] * factor,
                        (sums[2] - sums[0]) * factor,
                        (sums[3] - sums[1]) * factor},
                       {},
                       score};
    for (std::size_t i = 0; i < face.keypoints.size(); i++) {
      face.keypoints[i] = Point{sums[4 + 2 * i], sums[5 + 2 * i]} * factor;
    }
    return face;
  }

  Block& block_;
  SuppressionWork& work_;
  int count_;
};

/// The candidates that BlazeFace's raw results hold, joined to faces in input pixels, best first.
///
/// Threads: one per thread. Allocates nothing once `faces` has its capacity.
class CandidateJoiner {
 public:
  void clear() { count_ = 0; }
  /// At most kAnchorCount between two clear().
  void add(const FaceCandidate& candidate) { work_.candidates[count_++] = candidate; }
  void join(float iou_threshold, std::vector<FaceCandidate>& faces);

 private:
  SuppressionWork work_;
  int count_ = 0;
};

}  // namespace eyelid::detection
