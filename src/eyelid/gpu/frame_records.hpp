// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "eyelid/core/face.hpp"

/// What passes between the kernels of a frame, and what comes back to the host: plain numbers.
namespace eyelid::gpu {

/// Faces per frame that are kept, best first; further ones are dropped.
inline constexpr int kMaxFaces = 32;

/// FrameRecord::subject of a face that the landmarks of the frame before carried here.
inline constexpr int kCarriedFace = kMaxFaces;

/// A FaceBox, in frame pixels.
struct FaceRecord {
  Rect box;
  float score;
  std::int32_t has_keypoints;
  FaceKeypoints keypoints;
};

/// Everything measured on one frame.
struct FrameRecord {
  std::int32_t face_count;
  std::int32_t subject;               // among the faces; kCarriedFace; -1: none
  FaceRecord face;                    // of the subject; zeros where there is none
  EyeLandmarks eyes;                  // zeros where not located
  PerEye<float> ear;                  // kNotAvailable where not trusted
  PerEye<std::int32_t> trusted_eyes;  // FacePoints::trusted_eyes
  PerEye<std::int32_t> doubted_eyes;  // FacePoints::doubted_eyes
  std::int32_t has_points;            // 68 points were asked for and could be placed
};

}  // namespace eyelid::gpu
