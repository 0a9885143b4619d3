// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::gpu {

inline constexpr float kContinuesIou = 0.3f;  // as FaceSelector

template <class Block>
EYELID_DEVICE float overlap_of(const FaceRecord& p, const SelectionState& q) {
  const float width = Block::min(p.x + p.width, q.x + q.width) - Block::max(p.x, q.x);
  const float height = Block::min(p.y + p.height, q.y + q.height) - Block::max(p.y, q.y);
  if (width <= 0.0f || height <= 0.0f) return 0.0f;
  const float intersection = width * height;
  return intersection / (p.width * p.height + q.width * q.height - intersection);
}

/// nearest_or_largest of pipeline/face_selection: which of `count` faces, at least one.
template <class Block>
EYELID_DEVICE int choose_face(const FaceRecord* faces, int count, const SelectionState& last) {
  int nearest = 0, largest = 0;
  float best_iou = -1.0f, best_area = 0.0f;
  for (int i = 0; i < count; i++) {
    const float iou = last.has_last != 0 ? overlap_of<Block>(faces[i], last) : 0.0f;
    const float area = faces[i].width * faces[i].height;
    if (i == 0 || iou > best_iou) nearest = i, best_iou = iou;
    if (i == 0 || area > best_area) largest = i, best_area = area;
  }
  return last.has_last != 0 && best_iou >= kContinuesIou ? nearest : largest;
}

/// The subject of every frame of a batch, in frame order: FaceSelector of pipeline/face_selection.
/// With detect_every > 1 of every such frame; the others are passed over.
struct SelectSubjectsArguments {
  const FaceRecord* faces;  // (frame_count, kMaxFaces)
  const std::int32_t* face_counts;
  std::int32_t frame_count;   // at most kMaxFrames
  std::int32_t detect_every;  // at least 1
  SelectionState* state;      // of the batch before, then of this one
  std::int32_t* subjects;     // (frame_count); -1: none, or not asked for
};

/// One block. The walk over the frames is one thread's; it reads boxes only where there are several
/// faces to choose among.
struct SelectSubjects {
  using Arguments = SelectSubjectsArguments;
  static constexpr int kThreads = 256;
  static constexpr int kBlocksPerProcessor = 1;
  static constexpr int kMaxFrames = 4096;
  static constexpr int kMemoryFrames = 50;
  static constexpr std::size_t kSharedBytes = 2 * sizeof(std::int32_t) * kMaxFrames;

  template <class Block>
  static EYELID_DEVICE void run(Block& block, const Arguments& a) {
    std::int32_t* counts = block.template shared<std::int32_t>();
    std::int32_t* chosen = counts + kMaxFrames;
    block.each_thread([&](int thread) {
      for (int i = thread; i < a.frame_count; i += kThreads) {
        counts[i] = a.face_counts[i];
        chosen[i] = -1;
      }
    });
    block.each_thread([&](int thread) {
      if (thread == 0) walk<Block>(a, counts, chosen);
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < a.frame_count; i += kThreads) a.subjects[i] = chosen[i];
    });
  }

 private:
  template <class Block>
  static EYELID_DEVICE void walk(const Arguments& a,
                                 const std::int32_t* counts,
                                 std::int32_t* chosen) {
    SelectionState state = *a.state;
    const FaceRecord* last = nullptr;  // where the last box is, when it is of this batch
    for (int frame = 0; frame < a.frame_count; frame += a.detect_every) {
      const FaceRecord* faces = a.faces + static_cast<std::size_t>(frame) * kMaxFaces;
      if (counts[frame] == 0) {
        if (++state.calls_since_last > kMemoryFrames) state.has_last = 0;
        continue;
      }
      if (counts[frame] > 1 && last != nullptr) remember(*last, state);
      chosen[frame] = counts[frame] == 1 ? 0 : choose_face<Block>(faces, counts[frame], state);
      last = faces + chosen[frame];
      state.has_last = 1;
      state.calls_since_last = 0;
    }
    if (last != nullptr) remember(*last, state);
    *a.state = state;
  }

  static EYELID_DEVICE void remember(const FaceRecord& face, SelectionState& state) {
    state.x = face.x;
    state.y = face.y;
    state.width = face.width;
    state.height = face.height;
  }
};

}  // namespace eyelid::gpu
