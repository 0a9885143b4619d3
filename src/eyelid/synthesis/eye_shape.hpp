// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/blink.hpp"
#include "eyelid/core/face.hpp"
#include "eyelid/synthesis/person.hpp"

namespace eyelid::synthesis {

/// One eye's fissure in its own plane, millimeters: u grows toward the nose, v down, the origin
/// midway between the corners, which lie at u = -half_width (temple) and +half_width (nose), v = 0.
///
/// A lid margin is v(u, closure). Both lids move in proportion to the closure and meet in one line,
/// so the aperture at every u is exactly (1 - closure) times the open aperture: the eye aspect
/// ratio seen from the front falls linearly, and FEC = closure.
class EyeShape {
 public:
  EyeShape(const Person& person, Eye eye);

  float half_width() const { return half_width_; }
  /// +1 where u grows with the picture's x (subject's right eye), -1 for the left.
  float nasal_sign() const { return nasal_sign_; }
  float crease_height() const { return crease_; }
  Point center() const { return center_; }

  /// Margins at u; beyond the corners both continue along the line of the corners.
  float upper_lid(float u, float closure) const;
  float lower_lid(float u, float closure) const;

  /// The six points of the iBUG contour, from the corner on the picture's left: corners, and the
  /// margins a third of the fissure's width from each corner.
  EyePoints contour(float closure) const;

  /// From the eye's plane to x, y of the head seen from the front, and back.
  Point head_from_eye(Point eye) const;
  Point eye_from_head(Point head) const;

 private:
  float closed_line(float s) const;

  Point center_;
  float nasal_sign_;
  float half_width_;
  float upper_;
  float lower_;
  float crease_;
  float tilt_cos_;
  float tilt_sin_;
};

}  // namespace eyelid::synthesis
