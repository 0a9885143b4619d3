// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/detection/face_detector.hpp"

namespace eyelid::detection {

struct HogOptions {
  /// Faces below are not reported; 0.5 is dlib's own threshold.
  float score_threshold = 0.5f;
  /// How many times the frame is doubled first, as dlib's Python interface does: faces are found
  /// from 80 px (its window) without, from 40 px with 1. Each costs four times the time and memory.
  int upsampling = 0;  // 0 .. 4
};

/// dlib's frontal face detector: histograms of oriented gradients under five linear filters
/// (frontal, turned left and right, tilted left and right), on an image pyramid of steps 5/6.
///
/// Score: 1 / (1 + exp(-2 c)) of dlib's confidence c; 0.5 is c = 0, a good frontal face has c = 1
/// to 2, so 0.88 to 0.98. The filters, pyramid, and boxes are dlib's own, features and sums ours
/// (kernels/hog): confidences differ from dlib's by rounding, less than 1e-5, and are the same bits
/// on every processor. No keypoints. Allocates for a new size of frame, and a little in dlib.
///
/// Source: Dalal & Triggs, CVPR 2005; Felzenszwalb et al., PAMI 2010; D. King, dlib (19.24).
std::unique_ptr<FaceDetector> make_hog_detector(const HogOptions& options = {});

}  // namespace eyelid::detection
