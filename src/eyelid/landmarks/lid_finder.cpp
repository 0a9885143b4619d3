// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/lid_finder.hpp"

namespace eyelid::landmarks {

static_assert(kLidPatch == PatchSize{networks::kLidFinder.width, networks::kLidFinder.height});

LidFinder::LidFinder(std::shared_ptr<const networks::PackedPointNetwork> weights)
    : network_(std::move(weights)) {}

EyePoints LidFinder::locate(const FrameView& frame, Eye side, const PatchPlacement& placement) {
  cutter_.cut(frame, placement, patch_);
  EyePoints found;
  network_.run(patch_, found);
  EyePoints eye;
  for (std::size_t i = 0; i < eye.size(); ++i) {
    const Point p = found[side == Eye::Left ? mirrored_eye_point(i) : i];
    eye[i] = placement.frame_from_middle(p * kCornerDistanceOnLidPatch);
  }
  return eye;
}

}  // namespace eyelid::landmarks
