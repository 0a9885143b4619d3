// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/detection/subject_selection.hpp"
#include "eyelid/gpu/frame_records.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::gpu {

/// The subject of every frame of a batch, in frame order: detection::SubjectMemory.
/// With detect_every > 1 of every such frame; the others are passed over.
struct SelectSubjectsArguments {
  const FaceRecord* faces;  // (frame_count, kMaxFaces)
  const std::int32_t* face_counts;
  std::int32_t frame_count;          // at most kMaxFrames
  std::int32_t detect_every;         // at least 1
  detection::SubjectMemory* memory;  // of the batch before, then of this one
  std::int32_t* subjects;            // (frame_count); -1: none, or not asked for
};

/// One block. The walk over the frames is one thread's; it reads boxes only where there are several
/// faces to choose among.
struct SelectSubjects {
  using Arguments = SelectSubjectsArguments;
  static constexpr int kThreads = 256;
  static constexpr int kBlocksPerProcessor = 1;
  static constexpr int kMaxFrames = 4096;
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
      if (thread == 0) walk(a, counts, chosen);
    });
    block.each_thread([&](int thread) {
      for (int i = thread; i < a.frame_count; i += kThreads) a.subjects[i] = chosen[i];
    });
  }

 private:
  static EYELID_DEVICE void walk(const Arguments& a,
                                 const std::int32_t* counts,
                                 std::int32_t* chosen) {
    detection::SubjectMemory memory = *a.memory;
    const Rect* last = &a.memory->box;  // not of the copy, which then stays in registers
    for (int frame = 0; frame < a.frame_count; frame += a.detect_every) {
      const FaceRecord* faces = a.faces + static_cast<std::size_t>(frame) * kMaxFaces;
      chosen[frame] = memory.choose(faces, counts[frame], *last);
      if (chosen[frame] >= 0) last = &faces[chosen[frame]].box;
    }
    memory.box = *last;
    *a.memory = memory;
  }
};

}  // namespace eyelid::gpu
