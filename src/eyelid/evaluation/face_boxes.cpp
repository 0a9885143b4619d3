// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/face_boxes.hpp"

#include <cmath>

namespace eyelid::evaluation {

Rect detector_box_of_hull(const Rect& hull, std::string_view detector) {
  const bool is_hog = detector == "hog";
  const float length = std::sqrt(hull.width * hull.height);
  const float side = (is_hog ? 1.06f : 1.07f) * length;
  const Point center = hull.center() - Point{0.0f, (is_hog ? 0.085f : 0.050f) * length};
  return {center.x - 0.5f * side, center.y - 0.5f * side, side, side};
}

}  // namespace eyelid::evaluation
