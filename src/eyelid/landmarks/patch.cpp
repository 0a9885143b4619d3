// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/patch.hpp"

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::landmarks {

const std::array<std::size_t, 68> kMirroredFacePoint = {
    16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4, 3, 2, 1, 0,  // jaw
    26, 25, 24, 23, 22, 21, 20, 19, 18, 17,                         // brows
    27, 28, 29, 30, 35, 34, 33, 32, 31,                             // nose
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,                 // eyes
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55,                 // outer lips
    64, 63, 62, 61, 60, 67, 66, 65};                                // inner lips

void PatchCutter::cut(const FrameView& frame, const PatchPlacement& placement, GrayImage& patch) {
  EYELID_EXPECTS(!frame.is_empty() && placement.is_usable());
  EYELID_EXPECTS(placement.size.width > 0 && placement.size.width % 8 == 0);
  const PatchSize size = placement.size;
  patch.resize(size.width, size.height);
  const kernels::WarpKernels& variant = kernels::warp_kernels().pick(compute::cpu_features());

  const PatchCutPlan plan = plan_cut(frame.width, frame.height, placement);
  kernels::GrayPixels source{frame.row(plan.y) + plan.x, frame.stride, plan.width, plan.height};
  if (plan.factor > 1) {
    shrunk_.resize((plan.width + plan.factor - 1) / plan.factor,
                   (plan.height + plan.factor - 1) / plan.factor);
    kernels::shrink_by_mean(variant, source, plan.factor, shrunk_.row(0), shrunk_.stride());
    source = {shrunk_.row(0), shrunk_.stride(), shrunk_.width(), shrunk_.height()};
  }
  variant.warp_patch(
      source,
      plan.grid,
      {patch.row(0), patch.stride(), size.width, size.height, placement.is_mirrored});
}

}  // namespace eyelid::landmarks
