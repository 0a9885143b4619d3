// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::gpu {

/// Detector outputs of a batch -> faces by the rules of detection/: anchors that pass, boxes
/// decoded, weighted non-maximum suppression, moved to the frame.
struct FindFacesArguments {
  const float* logits;      // (image_count, 896)
  const void* features_16;  // (image_count, 256, 88), half or single precision
  const void* features_8;   // (image_count, 64, 96)
  std::int32_t is_half;
  const float* boxes_16;  // (2 anchors, 88, 16), then their (2, 16) biases
  const float* boxes_8;   // (6 anchors, 96, 16), then their (6, 16) biases
  float logit_threshold;
  float suppression_iou;
  detection::InputPlacement placement;
  FaceRecord* faces;          // (image_count, kMaxFaces), best first
  std::int32_t* face_counts;  // (image_count)
};

/// One block per image.
struct FindFaces {
  using Arguments = FindFacesArguments;
  static constexpr int kThreads = 128;
  static constexpr int kBlocksPerProcessor = 3;
  static constexpr int kAnchors = detection::kAnchorCount;

  struct Shared {
    detection::SuppressionWork work;
    std::int16_t anchors[kAnchors];  // of the candidates
    std::int32_t candidate_count;
  };
  static constexpr std::size_t kSharedBytes = sizeof(Shared);

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& a) {
    Shared& shared = *block.template shared<Shared>();
    const auto image = static_cast<std::size_t>(block.index());
    collect(block, a, image, shared);
    const int count = block.read(shared.candidate_count);
    decode(block, a, image, shared, count);
    FaceRecord* faces = a.faces + image * kMaxFaces;
    const auto write = [&](int i, const detection::FaceCandidate& joined) {
      const detection::FaceCandidate face = detection::moved_to_frame(joined, a.placement);
      faces[i] = {face.box, face.score, 1, face.keypoints};
    };
    const int face_count = detection::WeightedSuppression(block, shared.work, count)
                               .run(a.suppression_iou, kMaxFaces, write);
    block.each_thread([&](int thread) {
      if (thread == 0) a.face_counts[image] = face_count;
    });
  }

  /// Number j of an anchor's box; sums in the order of the channels.
  template <class Block>
  static EYELID_DEVICE float box_number(const Arguments& a, std::size_t image, int anchor, int j) {
    const bool is_16 = anchor < detection::kAnchorsOf16;
    const int per_cell = is_16 ? 2 : 6;
    const int channels = is_16 ? 88 : 96;
    const int in_map = is_16 ? anchor : anchor - detection::kAnchorsOf16;
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
      sum = Block::fma(feature, weights[16 * k], sum);
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

  /// The 16 numbers of a candidate lie where the candidate itself goes.
  template <class Block>
  static EYELID_DEVICE void decode(
      Block& block, const Arguments& a, std::size_t image, Shared& shared, int count) {
    static_assert(sizeof(detection::FaceCandidate) == 17 * sizeof(float));
    auto* numbers = reinterpret_cast<float*>(shared.work.candidates);
    block.each_thread([&](int thread) {
      for (int i = thread; i < 16 * count; i += kThreads) {
        numbers[i / 16 * 17 + i % 16] = box_number<Block>(a, image, shared.anchors[i / 16], i % 16);
      }
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < count; i += kThreads) {
        const int anchor = shared.anchors[i];
        const float logit = a.logits[image * kAnchors + static_cast<std::size_t>(anchor)];
        float own[16];
        for (int j = 0; j < 16; j++) own[j] = numbers[17 * i + j];
        shared.work.candidates[i] =
            detection::decode_box(own, detection::anchor_center(anchor), detection::sigmoid(logit));
      }
    });
  }
};

}  // namespace eyelid::gpu
