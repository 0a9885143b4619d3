// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/detection/weighted_suppression.hpp"
#include "eyelid/frames/resampler.hpp"
#include "eyelid/networks/blazeface_network.hpp"

namespace eyelid::detection {

struct BlazeFaceOptions {
  float score_threshold = 0.5f;  // faces below are not reported
  float suppression_iou = kSuppressionIou;
};

/// Single precision of where the letterbox has put a frame.
InputPlacement input_placement(const frames::Placement& placement);

/// BlazeFace front: the frame letterboxed to 128x128, 896 anchors, weighted non-maximum
/// suppression, box and 6 keypoints in frame pixels.
///
/// Faces from about 1/8 of the longer side of the frame. Allocates only when the frame size
/// changes or more faces are seen than ever before.
///
/// Source: Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs",
/// CVPR workshops 2019.
std::unique_ptr<FaceDetector> make_blazeface_detector(
    std::shared_ptr<const networks::PackedBlazeFace> weights, const BlazeFaceOptions& options = {});
std::unique_ptr<FaceDetector> make_blazeface_detector(const networks::BlazeFaceWeights& weights,
                                                      const BlazeFaceOptions& options = {});

}  // namespace eyelid::detection
