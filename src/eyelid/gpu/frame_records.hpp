// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// What passes between the kernels of a frame, and what comes back to the host: plain numbers.
namespace eyelid::gpu {

/// Faces per frame that are kept, best first; further ones are dropped.
inline constexpr int kMaxFaces = 32;

/// FrameRecord::subject of a face that the landmarks of the frame before carried here.
inline constexpr int kCarriedFace = kMaxFaces;

/// A FaceBox, in frame pixels.
struct FaceRecord {
  float x, y, width, height;
  float score;
  std::int32_t has_keypoints;
  float keypoints[12];  // x0 y0 x1 y1 ... in the order of FaceKeypoint
};

/// Everything measured on one frame.
struct FrameRecord {
  std::int32_t face_count;
  std::int32_t subject;         // among the faces; kCarriedFace; -1: none
  FaceRecord face;              // of the subject; zeros where there is none
  float eyes[24];               // right eye, then left, x0 y0 ...; zeros where not located
  float ear_right, ear_left;    // not-a-number where not trustworthy
  std::int32_t is_trustworthy;  // FacePoints::is_trustworthy
  std::int32_t has_points;      // 68 points were asked for and could be placed
};

/// What FaceSelector (pipeline/) remembers from batch to batch. All zeros at the start.
struct SelectionState {
  float x, y, width, height;  // of the last subject
  std::int32_t has_last;
  std::int32_t calls_since_last;
};

}  // namespace eyelid::gpu
