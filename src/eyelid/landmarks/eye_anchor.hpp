// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/landmarks/one_eye_landmarker.hpp"

namespace eyelid::landmarks {

/// Where one eye is looked for in the next frame: near the corners it had while it was open.
///
/// A closing lid pulls the corners down and apart, and a place that followed them would be lost
/// when the eye opens. So the anchor rests while the eye is less than three quarters as open as it
/// usually is, and follows it slowly (0.3 s) while it is open: a camera on the head slips, a head
/// moves. It never becomes much smaller or larger than it was.
class EyeAnchor {
 public:
  explicit EyeAnchor(const EyeCorners& start) : corners_(start), first_width_(start.width()) {}

  const EyeCorners& corners() const { return corners_; }
  /// Of an eye that is trusted in the picture itself; `step_s` since the frame before.
  void follow(const EyePoints& eye, double step_s);

 private:
  EyeCorners corners_;
  float first_width_;
  float usual_ear_ = 0.0f;  // of the open eye
  bool is_settled_ = false;
};

}  // namespace eyelid::landmarks
