// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eyelid/kernels/gpu/block.hpp"
#include "eyelid/landmarks/eye_presence.hpp"

namespace eyelid::gpu {

/// Pixels of each gray level of a patch, counted by a block of at least 256 threads: thread i looks
/// for level i.
EYELID_DEVICE void count_gray_level(const std::uint8_t* pixels,
                                    int pixel_count,
                                    int thread,
                                    std::int32_t* counts) {
  if (thread >= landmarks::kGrayLevels) return;
  std::int32_t count = 0;
  for (int i = 0; i < pixel_count; i++) count += pixels[i] == thread ? 1 : 0;
  counts[thread] = count;
}

/// The sums over all pixels that those counts stand for.
EYELID_DEVICE landmarks::PatchSums sums_of_levels(const std::int32_t* counts) {
  landmarks::PatchSums sums;
  for (std::int64_t level = 0; level < landmarks::kGrayLevels; level++) {
    sums.of_levels += level * counts[level];
    sums.of_squares += level * level * counts[level];
  }
  return sums;
}

/// In shared memory, while two presence patches are brought to even light.
struct PresenceLightWork {
  std::int32_t levels[2][landmarks::kGrayLevels];
  landmarks::PatchLight light[2];
  std::int32_t is_of_one_tone[2];
};

/// landmarks::even_light on two presence patches, one behind the other.
template <int kThreads, class Block>
EYELID_DEVICE void even_light(Block& block, std::uint8_t* pixels, PresenceLightWork& work) {
  static_assert(kThreads >= landmarks::kGrayLevels);
  constexpr int kPixels = landmarks::kPresencePixels;
  block.each_thread([&](int thread) {
    for (int i = 0; i < 2; i++) {
      count_gray_level(pixels + i * kPixels, kPixels, thread, work.levels[i]);
    }
  });
  block.each_thread([&](int thread) {
    if (thread >= 2) return;
    const std::int32_t* counts = work.levels[thread];
    const landmarks::PatchSums sums = sums_of_levels(counts);
    work.light[thread] = sums.light();
    work.is_of_one_tone[thread] = landmarks::is_of_one_tone(counts, sums.deviation()) ? 1 : 0;
  });
  block.each_thread([&](int thread) {
    for (int p = thread; p < 2 * kPixels; p += kThreads) {
      pixels[p] = work.light[p / kPixels](pixels[p]);
    }
  });
}

}  // namespace eyelid::gpu
