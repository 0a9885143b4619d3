// SPDX-License-Identifier: MIT
#include "eyelid/core/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid {

float distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

float iou(const Rect& a, const Rect& b) {
  const float width = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float height = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  if (width <= 0.0f || height <= 0.0f) return 0.0f;
  const float intersection = width * height;
  return intersection / (a.area() + b.area() - intersection);
}

float Similarity::scale() const { return std::hypot(a, b); }

Similarity Similarity::inverse() const {
  const float squared_scale = a * a + b * b;
  Similarity result{a / squared_scale, -b / squared_scale, 0.0f, 0.0f};
  const Point shift = result({tx, ty});
  result.tx = -shift.x;
  result.ty = -shift.y;
  return result;
}

Similarity compose(const Similarity& first_from_middle, const Similarity& middle_from_last) {
  const Similarity& f = first_from_middle;
  const Similarity& m = middle_from_last;
  const Point shift = f({m.tx, m.ty});
  return {f.a * m.a - f.b * m.b, f.b * m.a + f.a * m.b, shift.x, shift.y};
}

}  // namespace eyelid
