// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/eye_shape.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/synthesis/space.hpp"

namespace eyelid::synthesis {
namespace {

// The fissure narrows before the nasal corner, where the caruncle lies.
float nasal_taper(float s) { return 1.0f - 0.45f * smooth_step(0.62f, 1.0f, s); }

}  // namespace

EyeShape::EyeShape(const Person& person, Eye eye)
    : center_{eye == Eye::Right ? -person.eye_distance : person.eye_distance, 0.0f},
      nasal_sign_(eye == Eye::Right ? 1.0f : -1.0f),
      half_width_(person.eye_half_width),
      upper_(person.upper_lid),
      lower_(person.lower_lid),
      crease_(person.crease),
      tilt_cos_(std::cos(person.canthal_tilt_deg * 0.0174533f)),
      tilt_sin_(std::sin(person.canthal_tilt_deg * 0.0174533f)) {}

// Most of the way is done by the upper lid: the lids meet low, in a line that sags.
float EyeShape::closed_line(float s) const {
  return (lower_ - 1.0f) * std::pow(std::max(0.0f, 1.0f - s * s), 0.9f) * nasal_taper(s);
}

float EyeShape::upper_lid(float u, float closure) const {
  const float s = u / half_width_;
  const float room = std::max(0.0f, 1.0f - s * s);
  const float open = -upper_ * std::pow(room, 0.80f) * (1.0f + 0.14f * s) * nasal_taper(s);
  return mix(open, closed_line(s), closure);
}

float EyeShape::lower_lid(float u, float closure) const {
  const float s = u / half_width_;
  const float room = std::max(0.0f, 1.0f - s * s);
  const float open = lower_ * std::pow(room, 0.85f) * (1.0f - 0.20f * s) * nasal_taper(s);
  return mix(open, closed_line(s), closure);
}

EyePoints EyeShape::contour(float closure) const {
  const float w = half_width_;
  const float third = w / 3.0f;
  const Point temple{-w, 0.0f};
  const Point upper_temple{-third, upper_lid(-third, closure)};
  const Point upper_nose{third, upper_lid(third, closure)};
  const Point nose{w, 0.0f};
  const Point lower_nose{third, lower_lid(third, closure)};
  const Point lower_temple{-third, lower_lid(-third, closure)};
  if (nasal_sign_ > 0.0f) return {temple, upper_temple, upper_nose, nose, lower_nose, lower_temple};
  return {nose, upper_nose, upper_temple, temple, lower_temple, lower_nose};
}

Point EyeShape::head_from_eye(Point eye) const {
  return {center_.x + nasal_sign_ * (eye.x * tilt_cos_ - eye.y * tilt_sin_),
          center_.y + eye.x * tilt_sin_ + eye.y * tilt_cos_};
}

Point EyeShape::eye_from_head(Point head) const {
  const float x = (head.x - center_.x) * nasal_sign_;
  const float y = head.y - center_.y;
  return {x * tilt_cos_ + y * tilt_sin_, -x * tilt_sin_ + y * tilt_cos_};
}

}  // namespace eyelid::synthesis
