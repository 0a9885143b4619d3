// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::landmarks {

/// Where the eye finder looks.
struct EyeCenters {
  Point right;
  Point left;
};

/// Points of LandmarkModels::eye_region: ten of the brows, then six per eye.
inline constexpr std::size_t kEyeRegionPoints = 22;

/// `point_at(i)`: point i of kEyeRegionPoints.
template <class PointAt>
EYELID_DEVICE EyeCenters eye_centers_of_region(PointAt point_at) {
  constexpr std::size_t kFirstLidPoint = 10;
  EyeCenters centers;
  for (std::size_t i = kFirstLidPoint; i < kFirstLidPoint + 6; ++i) {
    centers.right = centers.right + point_at(i) * (1.0f / 6.0f);
    centers.left = centers.left + point_at(i + 6) * (1.0f / 6.0f);
  }
  return centers;
}

}  // namespace eyelid::landmarks
