// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::landmarks {

/// Mean of the six lid points.
Point eye_center(const EyePoints& eye);

/// Whether the points can be a pair of eyes: numbers, inside the frame, large enough to measure,
/// and of the proportions that all of 1,207 annotated HELEN and AFW training faces (yaw up to about
/// 60 degrees) have, with some room: widths of the two eyes alike and in keeping with their
/// distance, both along the line through their centers, lids between the corners.
bool is_plausible_eye_pair(const EyeLandmarks& eyes, const FrameView& frame);

/// Whether eyes at this place and of this size can belong to the face in this box.
bool fits_face_box(const EyeLandmarks& eyes, const Rect& box);

/// Whether the both-eyes model and the one-eye models agree: eye centers moved by less than a third
/// of an eye's width. Catches a failed fit; it hardly tells a face from background, where the
/// two mostly agree as well.
bool stages_agree(const EyeLandmarks& first_stage, const EyeLandmarks& final_stage);

}  // namespace eyelid::landmarks
