// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/face.hpp"
#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"

namespace eyelid::films {

/// A small upright piece of a frame with the lid points in its own pixels: for contact sheets.
struct EyeCrop {
  GrayImage image;
  std::vector<EyePoints> lids;
};

/// Cuts the surroundings of one eye, 2.4 eye widths wide, scaled to `width` x `height` pixels
/// (bilinear; the border pixel continues outside of the frame).
///
/// `center` and `eye_width_px` fix the piece; use the same for the crops of one blink, so that they
/// can be compared. Points that are not finite give a piece round `center` all the same.
EyeCrop cut_eye(const FrameView& frame,
                const EyePoints& lid_in_frame,
                Point center,
                float eye_width_px,
                int width = 112,
                int height = 70);

/// As above, round the middle of the eye's own corners.
EyeCrop cut_eye(const FrameView& frame, const EyePoints& lid_in_frame);

/// Cuts both eyes with the brows, 2 distances of the eyes wide.
EyeCrop cut_both_eyes(const FrameView& frame,
                      const EyeLandmarks& eyes_in_frame,
                      int width = 320,
                      int height = 130);

/// The band of a face where the eyes are, from its detection box alone: as wide as the box, from
/// 10 % to 50 % of its height. For recordings without stored points.
EyeCrop cut_eyes_of_face(const FrameView& frame,
                         const Rect& face_box,
                         int width = 320,
                         int height = 130);

}  // namespace eyelid::films
