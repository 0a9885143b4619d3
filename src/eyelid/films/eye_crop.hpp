// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::films {

/// A small upright crop of a frame with the lid points in its pixels, for contact sheets.
struct EyeCrop {
  GrayImage image;
  std::vector<EyePoints> lids;
};

/// Crops the surroundings of one eye, 2.4 eye widths wide, scaled to `width` x `height` pixels
/// (bilinear; border pixels are repeated outside the frame).
///
/// `center` and `eye_width_px` define the crop; use the same for the crops of one blink so that
/// they can be compared. Points that are not finite are omitted.
EyeCrop cut_eye(const FrameView& frame,
                const EyePoints& lid_in_frame,
                Point center,
                float eye_width_px,
                int width = 112,
                int height = 70);

/// As above, centered between the corners of the eye.
EyeCrop cut_eye(const FrameView& frame, const EyePoints& lid_in_frame);

/// Crops both eyes with the brows, 2 interocular distances wide; where one has no finite points,
/// the surroundings of the other as above.
EyeCrop cut_both_eyes(const FrameView& frame,
                      const EyeLandmarks& eyes_in_frame,
                      int width = 320,
                      int height = 130);

/// Crops the eye region of a face from its detection box alone: as wide as the box, from 10 % to
/// 50 % of its height. For recordings without stored points.
EyeCrop cut_eyes_of_face(const FrameView& frame,
                         const Rect& face_box,
                         int width = 320,
                         int height = 130);

}  // namespace eyelid::films
