// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "eyelid/core/face.hpp"
#include "eyelid/core/portable.hpp"
#include "eyelid/kernels/gpu/block.hpp"

namespace eyelid::landmarks {

/// Where the both-eyes model starts.
struct EyeCenters {
  Point right;
  Point left;
};

/// Two eyes of mean width around their centers: where an eye is looked for without the other. Only
/// corners matter; the lids lie at the centers.
EYELID_PORTABLE inline EyeLandmarks eyes_around(const EyeCenters& centers) {
  constexpr float kHalfWidth = 0.2f;  // of the center distance
  const Point half = (centers.left - centers.right) * kHalfWidth;
  EyeLandmarks eyes;
  for (std::size_t i = 0; i < 6; ++i) {
    const Point corner = i == 0 ? half * -1.0f : i == 3 ? half : Point{};
    eyes.right[i] = centers.right + corner;
    eyes.left[i] = centers.left + corner;
  }
  return eyes;
}

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
