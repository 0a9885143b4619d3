// SPDX-License-Identifier: MIT
#include "eyelid/evaluation/face_boxes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace eyelid::evaluation {
namespace {

/// In parts of the square root of the hull's area.
struct Habit {
  std::string_view detector;
  float width, height, up;
};
constexpr std::array<Habit, 3> kHabits = {{{"blazeface", 1.07f, 1.07f, 0.050f},
                                           {"hog", 1.06f, 1.06f, 0.085f},
                                           {"mtcnn", 0.98f, 1.26f, 0.160f}}};

}  // namespace

Rect hull_of(std::span<const Point> points) {
  const auto by_x = [](Point a, Point b) { return a.x < b.x; };
  const auto by_y = [](Point a, Point b) { return a.y < b.y; };
  const auto [left, right] = std::minmax_element(points.begin(), points.end(), by_x);
  const auto [top, bottom] = std::minmax_element(points.begin(), points.end(), by_y);
  return {left->x, top->y, right->x - left->x, bottom->y - top->y};
}

Rect detector_box_of_hull(const Rect& hull, std::string_view detector) {
  const auto known = std::find_if(kHabits.begin(), kHabits.end(), [&](const Habit& habit) {
    return habit.detector == detector;
  });
  const Habit& habit = known == kHabits.end() ? kHabits.front() : *known;
  const float length = std::sqrt(hull.width * hull.height);
  const float width = habit.width * length, height = habit.height * length;
  const Point center = hull.center() - Point{0.0f, habit.up * length};
  return {center.x - 0.5f * width, center.y - 0.5f * height, width, height};
}

}  // namespace eyelid::evaluation
