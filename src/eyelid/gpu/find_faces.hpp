// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::gpu {

/// Detector outputs of a batch -> faces, as detection/: anchors that pass, boxes decoded, weighted
/// non-maximum suppression, moved to the frame.
struct FindFacesArguments {
  const float* logits;      // (image_count, 896)
  const void* features_16;  // (image_count, 256, 88), half or single precision
  const void* features_8;   // (image_count, 64, 96)
  std::int32_t is_half;
  std::int32_t is_fused;  // multiply-adds round once, as on the CPU beside
  const float* boxes_16;  // (2 anchors, 88, 16), then their (2, 16) biases
  const float* boxes_8;   // (6 anchors, 96, 16), then their (6, 16) biases
  float logit_threshold;
  float suppression_iou;
  float frame_per_input;      // scale from input pixels to frame pixels
  float offset_x, offset_y;   // of the frame in the input
  FaceRecord* faces;          // (image_count, kMaxFaces), best first
  std::int32_t* face_counts;  // (image_count)
};

/// One block per image.
struct FindFaces {
  using Arguments = FindFacesArguments;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksPerProcessor = 3;
  static constexpr int kAnchors = 896;
  static constexpr int kAnchors16 = 512;

  struct Shared {
    float numbers[kAnchors][16];  // of the candidates: box (corner, size), keypoints; input pixels
    float scores[kAnchors];
    float mean[17];  // left, top, right, bottom, keypoints, weight; of the face in work
    std::int16_t anchors[kAnchors];
    std::int16_t order[kAnchors];  // candidates by falling score, equal ones by anchor
    std::uint8_t is_alive[kAnchors];
    std::uint8_t joins[kAnchors];
    std::int32_t candidate_count;
    std::int32_t best;
  };
  static constexpr std::size_t kSharedBytes = sizeof(Shared);

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& a) {
    Shared& shared = *block.template shared<Shared>();
    const auto image = static_cast<std::size_t>(block.index());
    collect(block, a, image, shared);
    const int count = block.read(shared.candidate_count);
    decode(block, a, image, shared, count);
    sort(block, shared, count);
    int faces = 0;
    EYELID_KEEP_LOOP
    for (int first = 0; faces < kMaxFaces; faces++) {
      block.each_thread([&](int thread) {
        if (thread != 0) return;
        int i = first;
        while (i < count && shared.is_alive[i] == 0) i++;
        shared.best = i;
      });
      first = block.read(shared.best);
      if (first >= count) break;
      join(block, a, shared, first, count, a.faces + image * kMaxFaces + faces);
    }
    block.each_thread([&](int thread) {
      if (thread == 0) a.face_counts[image] = faces;
    });
  }

  /// Number j of an anchor's box; sums in the order of the channels.
  template <class Block>
  static EYELID_DEVICE float box_number(const Arguments& a, std::size_t image, int anchor, int j) {
    const bool is_16 = anchor < kAnchors16;
    const int per_cell = is_16 ? 2 : 6;
    const int channels = is_16 ? 88 : 96;
    const int in_map = is_16 ? anchor : anchor - kAnchors16;
    const int slot = in_map % per_cell;
    const float* weights = (is_16 ? a.boxes_16 : a.boxes_8) + slot * channels * 16 + j;
    float sum = (is_16 ? a.boxes_16 : a.boxes_8)[(per_cell * channels + slot) * 16 + j];
    const std::size_t cell =
        image * (is_16 ? 256u : 64u) + static_cast<std::size_t>(in_map / per_cell);
    const std::size_t first = cell * static_cast<std::size_t>(channels);
    const void* features = is_16 ? a.features_16 : a.features_8;
    for (int k = 0; k < channels; k++) {
      const float feature =
          a.is_half != 0 ? Block::from_half(static_cast<const std::uint16_t*>(
                               features)[first + static_cast<std::size_t>(k)])
                         : static_cast<const float*>(features)[first + static_cast<std::size_t>(k)];
      sum = a.is_fused != 0 ? Block::fma(feature, weights[16 * k], sum)
                            : sum + feature * weights[16 * k];
    }
    return sum;
  }

 private:
  /// The anchors that pass, in their order.
  template <class Block>
  static EYELID_DEVICE void collect(Block& block,
                                    const Arguments& a,
                                    std::size_t image,
                                    Shared& shared) {
    const float* logits = a.logits + image * kAnchors;
    block.each_warp([&](const auto& warp) {
      if (warp.index != 0) return;
      int count = 0;
      for (int base = 0; base < kAnchors; base += kernels::gpu::kWarpLanes) {
        const std::uint32_t bits =
            warp.ballot([&](int lane) { return logits[base + lane] >= a.logit_threshold; });
        warp.each_lane([&](int lane) {
          if ((bits >> lane & 1u) == 0) return;
          const int before = Block::popcount(bits & ((1u << lane) - 1u));
          shared.anchors[count + before] = static_cast<std::int16_t>(base + lane);
        });
        count += Block::popcount(bits);
      }
      warp.each_lane([&](int lane) {
        if (lane == 0) shared.candidate_count = count;
      });
    });
  }

  /// Centers of the anchors in input pixels: 2 per cell of 8 pixels, then 6 per cell of 16.
  static EYELID_DEVICE kernels::gpu::Floats2 anchor_center(int anchor) {
    const bool is_16 = anchor < kAnchors16;
    const int cell = is_16 ? anchor / 2 : (anchor - kAnchors16) / 6;
    const int cells = is_16 ? 16 : 8;
    const float stride = is_16 ? 8.0f : 16.0f;
    return {(static_cast<float>(cell % cells) + 0.5f) * stride,
            (static_cast<float>(cell / cells) + 0.5f) * stride};
  }

  template <class Block>
  static EYELID_DEVICE void decode(
      Block& block, const Arguments& a, std::size_t image, Shared& shared, int count) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < 16 * count; i += kThreads) {
        shared.numbers[i / 16][i % 16] =
            box_number<Block>(a, image, shared.anchors[i / 16], i % 16);
      }
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < count; i += kThreads) {
        float* numbers = shared.numbers[i];
        const auto center = anchor_center(shared.anchors[i]);
        const float width = Block::max(numbers[2], 0.0f);
        const float height = Block::max(numbers[3], 0.0f);
        numbers[0] = (center.x + numbers[0]) - 0.5f * width;
        numbers[1] = (center.y + numbers[1]) - 0.5f * height;
        numbers[2] = width;
        numbers[3] = height;
        for (int j = 4; j < 16; j++) numbers[j] = (j % 2 == 0 ? center.x : center.y) + numbers[j];
        const float logit =
            a.logits[image * kAnchors + static_cast<std::size_t>(shared.anchors[i])];
        shared.scores[i] = 1.0f / (1.0f + Block::exp(-logit));
      }
    });
  }

  template <class Block>
  static EYELID_DEVICE void sort(Block& block, Shared& shared, int count) {
    block.each_thread([&](int thread) {
      for (int i = thread; i < count; i += kThreads) {
        const float score = shared.scores[i];
        int rank = 0;
        for (int j = 0; j < count; j++) {
          const bool is_before = shared.scores[j] > score || (shared.scores[j] == score && j < i);
          rank += is_before ? 1 : 0;
        }
        shared.order[rank] = static_cast<std::int16_t>(i);
        shared.is_alive[i] = 1;
      }
    });
  }

  template <class Block>
  static EYELID_DEVICE float overlap(const float* p, const float* q) {
    const float width = Block::min(p[0] + p[2], q[0] + q[2]) - Block::max(p[0], q[0]);
    const float height = Block::min(p[1] + p[3], q[1] + q[3]) - Block::max(p[1], q[1]);
    if (width <= 0.0f || height <= 0.0f) return 0.0f;
    const float intersection = width * height;
    return intersection / (p[2] * p[3] + q[2] * q[3] - intersection);
  }

  /// The best candidate takes all that overlap it: their mean, weighted by score.
  template <class Block>
  static EYELID_DEVICE void join(
      Block& block, const Arguments& a, Shared& shared, int best, int count, FaceRecord* face) {
    block.each_thread([&](int thread) {
      for (int i = best + thread; i < count; i += kThreads) {
        const float iou =
            overlap<Block>(shared.numbers[shared.order[best]], shared.numbers[shared.order[i]]);
        shared.joins[i] = i == best || (shared.is_alive[i] != 0 && iou > a.suppression_iou) ? 1 : 0;
      }
    });
    block.each_thread([&](int thread) {
      if (thread >= 17) return;
      float sum = 0.0f;
      for (int i = best; i < count; i++) {
        if (shared.joins[i] == 0) continue;
        const int candidate = shared.order[i];
        const float* numbers = shared.numbers[candidate];
        const float weight = shared.scores[candidate];
        if (thread == 16) {
          sum += weight;
        } else if (thread == 2 || thread == 3) {
          sum += weight * (numbers[thread - 2] + numbers[thread]);
        } else {
          sum += weight * numbers[thread];
        }
      }
      shared.mean[thread] = sum;
    });
    block.each_thread([&](int thread) {
      for (int i = best + thread; i < count; i += kThreads) {
        if (shared.joins[i] != 0) shared.is_alive[i] = 0;
      }
      if (thread == 0) write(a, shared.mean, shared.scores[shared.order[best]], *face);
    });
  }

  /// The box stays on pixel edges, points go to pixel centers.
  static EYELID_DEVICE void write(const Arguments& a,
                                  const float* mean,
                                  float score,
                                  FaceRecord& face) {
    const float factor = 1.0f / mean[16];
    const float scale = a.frame_per_input;
    face.x = (mean[0] * factor - a.offset_x) * scale;
    face.y = (mean[1] * factor - a.offset_y) * scale;
    face.width = (mean[2] - mean[0]) * factor * scale;
    face.height = (mean[3] - mean[1]) * factor * scale;
    face.score = score;
    face.has_keypoints = 1;
    for (int i = 0; i < 12; i++) {
      const float offset = i % 2 == 0 ? a.offset_x : a.offset_y;
      face.keypoints[i] = (mean[4 + i] * factor - offset) * scale - 0.5f;
    }
  }
};

}  // namespace eyelid::gpu
