// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/device_point_network.hpp"
#include "eyelid/kernels/tree_ensemble/cuda_tree_ensemble.hpp"
#include "eyelid/kernels/warp_patch/cuda_patch.hpp"
#include "eyelid/landmarks/patch.hpp"

namespace eyelid::gpu {

/// One or two patches of a frame and the models on them, in shared memory.
struct PatchWork {
  kernels::gpu::TreeWork trees;
  kernels::gpu::PatchCut cuts[2];
  landmarks::PatchPlacement placements[2];
  kernels::gpu::PatchView patches[2];
  PointNetworkWork network;
  std::int32_t are_placed;
};

/// Cuts patches and runs models on them, by a block or a cluster of kParts blocks, kThreads threads
/// each. The pixels of the patches lie in shared memory, kPixels bytes from its beginning.
template <int kParts, int kThreads, std::size_t kPixels>
struct PatchModels {
  /// Runs a model on kFaces patches at once; false when one cannot be placed. The points are in
  /// work.trees.shape, normalized.
  template <int kFaces, class Block, class Place>
  static EYELID_DEVICE bool predict(Block& block,
                                    const kernels::gpu::DeviceShapeModel& model,
                                    const FrameView& image,
                                    PatchWork& work,
                                    int& exchanges,
                                    Place place) {
    if (!cut<kFaces>(block, image, work, place)) return false;
    run_model<kFaces>(block, model, work, exchanges);
    return true;
  }

  template <int kFaces, class Block>
  static EYELID_DEVICE void run_model(Block& block,
                                      const kernels::gpu::DeviceShapeModel& model,
                                      PatchWork& work,
                                      int& exchanges) {
    kernels::gpu::TreePrediction<kFaces, kParts, Block>(model, work.patches, work.trees, exchanges)
        .run(block);
  }

  /// Cuts kFaces patches; false when one cannot be placed.
  template <int kFaces, class Block, class Place>
  static EYELID_DEVICE bool cut(Block& block,
                                const FrameView& image,
                                PatchWork& work,
                                Place place) {
    std::uint8_t* pixels = block.template shared<std::uint8_t>(kPixels);
    block.each_thread([&](int thread) {
      if (thread != 0) return;
      work.are_placed = 1;
      for (int i = 0; i < kFaces; i++) {
        const landmarks::PatchPlacement placement = place(i);
        work.placements[i] = placement;
        if (!placement.is_usable()) {
          work.are_placed = 0;
          continue;
        }
        const auto [width, height] = placement.size;
        const landmarks::PatchCutPlan plan =
            landmarks::plan_cut(image.width, image.height, placement);
        work.cuts[i] = {
            {image.pixels + plan.y * image.stride + plan.x, image.stride, plan.width, plan.height},
            plan.factor,
            plan.grid,
            width,
            height,
            placement.is_mirrored ? 1 : 0};
        work.patches[i] = {pixels + i * width * height, width, height};
      }
    });
    if (block.read(work.are_placed) == 0) return false;
    block.each_thread([&](int thread) {
      for (int i = 0; i < kFaces; i++) {
        cut_patch(
            work.cuts[i], pixels + i * work.cuts[i].width * work.cuts[i].height, thread, kThreads);
      }
    });
    return true;
  }

  static EYELID_DEVICE Point located(const PatchWork& work, int patch, std::size_t point) {
    const float* shape = work.trees.shape[patch] + 2 * point;
    return work.placements[patch].frame_from_normalized({shape[0], shape[1]});
  }

  /// A network on one of the patches that were cut; its points: found_point. `maps`:
  /// kPointNetworkScratch numbers for every block.
  template <class Block>
  static EYELID_DEVICE void find_points(
      Block& block, const DevicePointNetwork& network, int patch, float* maps, PatchWork& work) {
    float* own = maps + static_cast<std::size_t>(block.index()) * kPointNetworkScratch;
    PointFinding<Block, kThreads>(network, work.patches[patch], work.network, own).run(block);
  }
  static EYELID_DEVICE Point found_point(const PatchWork& work, std::size_t i) {
    return {work.network.points[2 * i], work.network.points[2 * i + 1]};
  }
};

}  // namespace eyelid::gpu
