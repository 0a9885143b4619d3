// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/eye_anchor.hpp"

#include "eyelid/core/eye_aspect_ratio.hpp"

namespace eyelid::landmarks {
namespace {

// On the annotated faces closed eyes lie below 0.12, open ones above 0.20.
constexpr float kAppearsClosed = 0.15f;
constexpr double kFollow_s = 0.3;
constexpr double kForget_s = 20.0;  // how open it usually is, where it stays less open
constexpr float kOpenShare = 0.75f;
constexpr float kNarrowestAnchor = 0.7f;  // of the first width
constexpr float kWidestAnchor = 1.4f;

// Without an exponential, whose last bits differ from one C library to the next.
float share_of_step(double step_s, double time_constant_s) {
  return step_s > 0.0 ? static_cast<float>(step_s / (time_constant_s + step_s)) : 0.0f;
}

}  // namespace

void EyeAnchor::follow(const EyePoints& eye, double step_s) {
  const float ear = ear_or_nan(eye);
  if (!(ear >= 0.0f)) return;
  if (!is_settled_) {
    // What was given or found is about right: the first open eye says where it is.
    if (ear < kAppearsClosed) return;
    is_settled_ = true;
    corners_ = {eye[0], eye[3]};
    first_width_ = corners_.width();
    usual_ear_ = ear;
    return;
  }
  const float share = share_of_step(step_s, ear > usual_ear_ ? kFollow_s : kForget_s);
  usual_ear_ += share * (ear - usual_ear_);
  if (ear < kOpenShare * usual_ear_) return;
  const float moved = share_of_step(step_s, kFollow_s);
  const EyeCorners next{corners_.first + (eye[0] - corners_.first) * moved,
                        corners_.last + (eye[3] - corners_.last) * moved};
  const float width = next.width();
  if (width < kNarrowestAnchor * first_width_ || width > kWidestAnchor * first_width_) return;
  corners_ = next;
}

}  // namespace eyelid::landmarks
