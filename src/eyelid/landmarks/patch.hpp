// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "eyelid/core/image.hpp"
#include "eyelid/kernels/warp_patch/warp_patch.hpp"
#include "eyelid/landmarks/patch_placement.hpp"

/// Patches out of frames. Training and tracking cut them with these very functions, so both see
/// identical pixels.
namespace eyelid::landmarks {

/// How a patch is cut: the part of the frame that is seen through means of factor x factor blocks
/// (factor 1: all of the frame, as it is), and the grid on what that gives.
struct PatchCutPlan {
  int factor;
  int x, y, width, height;
  kernels::WarpGrid grid;
};

/// First and number of pixels of the blocks that cover low .. high and one more on each side.
/// Blocks are counted from the frame's corner: a resting face meets the same ones in every frame.
EYELID_PORTABLE inline void cover_by_blocks(
    float low, float high, int factor, int extent, int& first, int& size) {
  const int last_block = (extent - 1) / factor;
  const int begin = std::clamp(static_cast<int>(std::floor(low)) / factor - 1, 0, last_block);
  const int end =
      std::clamp(static_cast<int>(std::ceil(high)) / factor + 2, begin + 1, last_block + 1);
  first = begin * factor;
  size = std::min(end * factor, extent) - first;
}

/// The placement must be usable.
EYELID_PORTABLE inline PatchCutPlan plan_cut(int frame_width,
                                             int frame_height,
                                             const PatchPlacement& placement) {
  Similarity source_from_patch = placement.frame_from_patch;
  const int factor = std::clamp(static_cast<int>(std::lround(source_from_patch.scale())), 1, 128);
  PatchCutPlan plan{factor, 0, 0, frame_width, frame_height, {}};
  if (factor > 1) {
    const auto x = static_cast<float>(placement.size.width - 1);
    const auto y = static_cast<float>(placement.size.height - 1);
    Point low = source_from_patch({0.0f, 0.0f});
    Point high = low;
    for (int i = 1; i < 4; ++i) {
      const Point corner = source_from_patch({i % 2 == 1 ? x : 0.0f, i >= 2 ? y : 0.0f});
      low = {std::min(low.x, corner.x), std::min(low.y, corner.y)};
      high = {std::max(high.x, corner.x), std::max(high.y, corner.y)};
    }
    cover_by_blocks(low.x, high.x, factor, frame_width, plan.x, plan.width);
    cover_by_blocks(low.y, high.y, factor, frame_height, plan.y, plan.height);
    // The center of block i is at plan.x + i factor + (factor - 1) / 2.
    const float shift = 0.5f * static_cast<float>(factor - 1);
    const float inverse = 1.0f / static_cast<float>(factor);
    source_from_patch = {source_from_patch.a * inverse,
                         source_from_patch.b * inverse,
                         (source_from_patch.tx - static_cast<float>(plan.x) - shift) * inverse,
                         (source_from_patch.ty - static_cast<float>(plan.y) - shift) * inverse};
  }
  constexpr float kOne = 65536.0f;  // of WarpGrid
  plan.grid = {std::llround(source_from_patch.tx * kOne),
               std::llround(source_from_patch.ty * kOne),
               static_cast<std::int32_t>(std::lround(source_from_patch.a * kOne)),
               static_cast<std::int32_t>(std::lround(source_from_patch.b * kOne))};
  return plan;
}

/// Cuts patches out of frames: bilinear; where the frame is finer than the patch, first the mean
/// over whole blocks of pixels, so that nothing aliases; beyond the border the nearest pixel.
///
/// Threads: one cutter per thread. Allocates only until its scratch has grown to the largest face.
/// Same bytes on every machine.
class PatchCutter {
 public:
  /// `patch` is resized to placement.size. The placement must be usable, the frame not empty.
  void cut(const FrameView& frame, const PatchPlacement& placement, GrayImage& patch);

 private:
  GrayImage shrunk_;
};

}  // namespace eyelid::landmarks
