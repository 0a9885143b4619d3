// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "eyelid/core/geometry.hpp"

namespace eyelid::synthesis {

/// A place or direction in millimeters. x grows to the right of the picture, y down, z toward the
/// camera. The head's own origin lies midway between its eyes.
struct Vector3 {
  float x = 0.0f;
  float y = 0.0f;
  float z = 0.0f;

  friend constexpr Vector3 operator+(Vector3 a, Vector3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
  }
  friend constexpr Vector3 operator-(Vector3 a, Vector3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
  }
  friend constexpr Vector3 operator*(Vector3 a, float f) { return {a.x * f, a.y * f, a.z * f}; }
};

constexpr float dot(Vector3 a, Vector3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
constexpr Vector3 cross(Vector3 a, Vector3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline Vector3 unit(Vector3 a) { return a * (1.0f / std::sqrt(std::max(dot(a, a), 1e-20f))); }

inline float smooth_step(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}
/// exp(-(x / width)^2), 0 from four widths on.
inline float bell(float x, float width) {
  const float t = x * x / (width * width);
  return t < 16.0f ? std::exp(-t) : 0.0f;
}
inline float mix(float a, float b, float t) { return a + (b - a) * t; }

/// How the head is held. Angles in degrees; positive yaw turns the face to the right of the
/// picture, positive pitch downwards, positive roll tilts it clockwise. The shift is in
/// millimeters.
struct HeadPose {
  float yaw_deg = 0.0f;
  float pitch_deg = 0.0f;
  float roll_deg = 0.0f;
  Vector3 shift_mm;
};

/// Rigid motion: world = rotation * (p - pivot) + pivot + shift.
struct RigidMotion {
  Vector3 row_x{1, 0, 0};
  Vector3 row_y{0, 1, 0};
  Vector3 row_z{0, 0, 1};
  Vector3 offset;

  Vector3 turn(Vector3 d) const { return {dot(row_x, d), dot(row_y, d), dot(row_z, d)}; }
  Vector3 turn_back(Vector3 d) const { return row_x * d.x + row_y * d.y + row_z * d.z; }
  Vector3 operator()(Vector3 p) const { return turn(p) + offset; }
};

RigidMotion world_from_head(const HeadPose& pose);

/// Pinhole camera in front of the head, `distance_mm` from the head's resting origin.
struct Camera {
  float distance_mm = 700.0f;
  float pixels_per_mm = 1.0f;  // at the resting origin
  Point origin_px{320.0f, 210.0f};

  Point operator()(Vector3 world) const {
    const float scale = pixels_per_mm * distance_mm / (distance_mm - world.z);
    return {origin_px.x + world.x * scale, origin_px.y + world.y * scale};
  }
};

}  // namespace eyelid::synthesis
