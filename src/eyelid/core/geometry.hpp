// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>

#include "eyelid/core/portable.hpp"

namespace eyelid {

/// A position in pixels. The center of the top left pixel is (0, 0); x grows to the right, y down.
struct Point {
  float x = 0.0f;
  float y = 0.0f;

  friend constexpr Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
  friend constexpr Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
  friend constexpr Point operator*(Point a, float factor) { return {a.x * factor, a.y * factor}; }
  friend constexpr bool operator==(Point, Point) = default;
};

constexpr float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
constexpr float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }

/// Through double precision, which holds the squares exactly: the same float from every C library
/// and from the GPU.
EYELID_PORTABLE inline float length(Point p) {
  return static_cast<float>(std::sqrt(double{p.x} * double{p.x} + double{p.y} * double{p.y}));
}
EYELID_PORTABLE inline float distance(Point a, Point b) { return length(a - b); }

/// An upright box in pixels; (x, y) is its top left corner.
struct Rect {
  float x = 0.0f;
  float y = 0.0f;
  float width = 0.0f;
  float height = 0.0f;

  constexpr float right() const { return x + width; }
  constexpr float bottom() const { return y + height; }
  constexpr Point center() const { return {x + 0.5f * width, y + 0.5f * height}; }
  constexpr float area() const { return width * height; }
  friend constexpr bool operator==(const Rect&, const Rect&) = default;
};

/// Intersection over union, 0 .. 1; 0 when either box is empty.
constexpr float iou(const Rect& a, const Rect& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  if (width <= 0.0f || height <= 0.0f) return 0.0f;
  const float intersection = width * height;
  return intersection / (a.area() + b.area() - intersection);
}

/// Rotation, uniform scale and shift: target = (a x - b y + tx, b x + a y + ty).
///
/// Named by what it maps: `frame_from_patch(p_in_patch)` is a point in the frame.
struct Similarity {
  float a = 1.0f;  // scale * cos(angle)
  float b = 0.0f;  // scale * sin(angle)
  float tx = 0.0f;
  float ty = 0.0f;

  constexpr Point operator()(Point p) const {
    return {a * p.x - b * p.y + tx, b * p.x + a * p.y + ty};
  }
  EYELID_PORTABLE float scale() const { return length({a, b}); }
  /// The transform back. The scale must not be 0.
  constexpr Similarity inverse() const {
    const float squared_scale = a * a + b * b;
    Similarity result{a / squared_scale, -b / squared_scale, 0.0f, 0.0f};
    const Point shift = result({tx, ty});
    result.tx = -shift.x;
    result.ty = -shift.y;
    return result;
  }
  friend constexpr bool operator==(const Similarity&, const Similarity&) = default;
};

/// first_from_last = compose(first_from_middle, middle_from_last).
constexpr Similarity compose(const Similarity& first_from_middle,
                             const Similarity& middle_from_last) {
  const Similarity& f = first_from_middle;
  const Similarity& m = middle_from_last;
  const Point shift = f({m.tx, m.ty});
  return {f.a * m.a - f.b * m.b, f.b * m.a + f.a * m.b, shift.x, shift.y};
}

/// The similarity that carries p0 to q0 and p1 to q1. p0 and p1 must differ.
constexpr Similarity similarity_from_pairs(Point p0, Point p1, Point q0, Point q1) {
  // Complex division: (q1 - q0) / (p1 - p0) is scale and rotation in one number.
  const Point p = p1 - p0;
  const Point q = q1 - q0;
  const float squared_length = p.x * p.x + p.y * p.y;
  Similarity result{(q.x * p.x + q.y * p.y) / squared_length,
                    (q.y * p.x - q.x * p.y) / squared_length,
                    0.0f,
                    0.0f};
  const Point moved = result(p0);
  result.tx = q0.x - moved.x;
  result.ty = q0.y - moved.y;
  return result;
}

}  // namespace eyelid
