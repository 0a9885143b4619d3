// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/lid_finder.hpp"

#include <algorithm>

namespace eyelid::landmarks {
namespace {

static_assert(kLidPatch == PatchSize{networks::kLidFinder.width, networks::kLidFinder.height});

EyePoints in_frame(std::span<const Point> found, Eye side, const PatchPlacement& placement) {
  EyePoints eye;
  for (std::size_t i = 0; i < eye.size(); ++i) {
    const Point p = found[side == Eye::Left ? mirrored_eye_point(i) : i];
    eye[i] = placement.frame_from_middle(p * kCornerDistanceOnLidPatch);
  }
  return eye;
}

}  // namespace

LidFinder::LidFinder(std::shared_ptr<const networks::PackedPointNetwork> weights)
    : network_(std::move(weights), 2) {}

EyePoints LidFinder::locate(const FrameView& frame, Eye side, const PatchPlacement& placement) {
  GrayImage& patch = patches_[side];
  cutter_.cut(frame, placement, patch);
  EyePoints found;
  network_.run(patch, found);
  return in_frame(found, side, placement);
}

EyeLandmarks LidFinder::locate(const FrameView& frame, const PerEye<PatchPlacement>& placements) {
  for (const Eye eye : kEyes) cutter_.cut(frame, placements[eye], patches_[eye]);
  std::array<Point, 12> found;
  network_.run(std::array<FrameView, 2>{patches_.right, patches_.left}, found);
  const std::span<const Point> points(found);
  return {in_frame(points.first(6), Eye::Right, placements.right),
          in_frame(points.last(6), Eye::Left, placements.left)};
}

}  // namespace eyelid::landmarks
