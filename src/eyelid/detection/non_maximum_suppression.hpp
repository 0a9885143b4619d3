// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/face.hpp"

namespace eyelid::detection {

/// Joins detections of the same face: the best one takes all that overlap it by more than
/// `iou_threshold`, box and keypoints become the mean weighted by score; the score stays the best
/// one's. Repeats with what is left. Result: best first; equal scores in input order.
///
/// `candidates` is used up. Every candidate must have keypoints. Allocates nothing once both
/// vectors have their capacity.
///
/// Source: Bazarevsky et al. 2019, section 3.4 ("blending"); MediaPipe
/// non_max_suppression_calculator, WEIGHTED.
void weighted_non_maximum_suppression(std::vector<FaceBox>& candidates,
                                      float iou_threshold,
                                      std::vector<FaceBox>& faces);

}  // namespace eyelid::detection
