// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/detection/face_detector.hpp"

namespace eyelid::detection {

/// The detector sees faces from 80 x 80 pixels: its window.
inline constexpr int kHogWindow_px = 80;

struct HogOptions {
  /// Faces below are not reported; 0.5 is dlib's own threshold.
  float score_threshold = 0.5f;
  /// Smallest face to find, in frame pixels. Below kHogWindow_px the frame is enlarged by
  /// kHogWindow_px / smallest_face_px first (time grows with the square), above it is reduced.
  float smallest_face_px = 80.0f;
  /// Bounds the time per frame: the picture searched is never longer than this, which raises the
  /// smallest face in proportion (to 120 px in a frame of 1920x1080).
  int longest_side_px = 1280;
};

/// dlib's frontal face detector: histograms of oriented gradients under five linear filters
/// (frontal, turned left and right, tilted left and right), on an image pyramid of steps 5/6.
///
/// Score: 1 / (1 + exp(-2 c)) of dlib's confidence c; 0.5 is c = 0, a good frontal face has c = 1
/// to 2, so 0.88 to 0.98. No keypoints. Unlike BlazeFace it allocates on every frame, inside dlib.
///
/// Source: Dalal & Triggs, CVPR 2005; Felzenszwalb et al., PAMI 2010; D. King, dlib (19.24).
std::unique_ptr<FaceDetector> make_hog_detector(const HogOptions& options = {});

}  // namespace eyelid::detection
