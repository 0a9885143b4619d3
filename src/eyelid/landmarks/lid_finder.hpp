// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/landmarks/patch.hpp"
#include "eyelid/networks/point_network.hpp"

namespace eyelid::landmarks {

/// Of two looks at one eye whose errors differ.
constexpr EyePoints mean_of(const EyePoints& a, const EyePoints& b) {
  EyePoints mean;
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (a[i] + b[i]) * 0.5f;
  return mean;
}

/// networks::kLidFinder on a frame.
///
/// Threads: one per thread. Same points on every machine. Allocates nothing once warm.
class LidFinder {
 public:
  explicit LidFinder(std::shared_ptr<const networks::PackedPointNetwork> weights);

  /// `placement` by place_lid_patch, and usable. Points in frame pixels.
  EyePoints locate(const FrameView& frame, Eye side, const PatchPlacement& placement);
  /// The same of both eyes, in less time than one after the other.
  EyeLandmarks locate(const FrameView& frame, const PerEye<PatchPlacement>& placements);

 private:
  networks::PointNetwork network_;
  PatchCutter cutter_;
  PerEye<GrayImage> patches_;
};

}  // namespace eyelid::landmarks
