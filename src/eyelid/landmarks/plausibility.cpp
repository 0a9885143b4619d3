// SPDX-License-Identifier: MIT
#include "eyelid/landmarks/plausibility.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/landmarks/plausibility_bounds.hpp"

namespace eyelid::landmarks {
namespace {

using namespace bounds;

float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }

bool is_inside(Point p, const FrameView& frame) {
  // Written so that NaN is outside.
  return p.x >= 0.0f && p.y >= 0.0f && p.x <= static_cast<float>(frame.width - 1) &&
         p.y <= static_cast<float>(frame.height - 1);
}

bool is_plausible_eye(const EyePoints& eye, Point eye_line) {
  const Point corner_line = eye[3] - eye[0];
  const float width = distance(eye[0], eye[3]);
  if (!(width >= kMinEyeWidth_px)) return false;
  const float along = dot(corner_line, eye_line);
  if (!(along > 0.0f) || std::fabs(cross(corner_line, eye_line)) > kMaxSlant * along) {
    return false;
  }
  for (const std::size_t i : {1u, 2u, 4u, 5u}) {
    const Point lid = eye[i] - eye[0];
    const float share = dot(lid, corner_line) / (width * width);
    const float height = cross(corner_line, lid) / (width * width);
    if (share < -kLidOverhang || share > 1.0f + kLidOverhang) return false;
    if (std::fabs(height) > kMaxLidDistance) return false;
  }
  return true;
}

}  // namespace

Point eye_center(const EyePoints& eye) {
  Point sum;
  for (const Point p : eye) sum = sum + p;
  return sum * (1.0f / 6.0f);
}

bool is_plausible_eye_pair(const EyeLandmarks& eyes, const FrameView& frame) {
  const auto is_in_frame = [&](Point p) { return is_inside(p, frame); };
  if (!std::all_of(eyes.right.begin(), eyes.right.end(), is_in_frame)) return false;
  if (!std::all_of(eyes.left.begin(), eyes.left.end(), is_in_frame)) return false;
  const Point eye_line = eye_center(eyes.left) - eye_center(eyes.right);
  if (!is_plausible_eye(eyes.right, eye_line) || !is_plausible_eye(eyes.left, eye_line)) {
    return false;
  }
  const float right = distance(eyes.right[0], eyes.right[3]);
  const float left = distance(eyes.left[0], eyes.left[3]);
  const float share = 0.5f * (right + left) / std::sqrt(dot(eye_line, eye_line));
  return std::min(right, left) >= kMinWidthRatio * std::max(right, left) && share >= kMinWidth &&
         share <= kMaxWidth;
}

bool fits_face_box(const EyeLandmarks& eyes, const Rect& box) {
  const float side = 0.5f * (box.width + box.height);
  const Point right = eye_center(eyes.right);
  const Point left = eye_center(eyes.left);
  const float share = distance(right, left) / side;
  const Point middle = (right + left) * 0.5f;
  return share >= kMinBoxShare && share <= kMaxBoxShare &&
         std::fabs(middle.x - box.center().x) <= 0.5f * side &&
         std::fabs(middle.y - box.center().y) <= 0.6f * side;
}

bool stages_agree(const EyeLandmarks& first_stage, const EyeLandmarks& final_stage) {
  const auto agrees = [](const EyePoints& first, const EyePoints& last) {
    return distance(eye_center(first), eye_center(last)) <=
           kMaxStageShift * distance(last[0], last[3]);
  };
  return agrees(first_stage.right, final_stage.right) && agrees(first_stage.left, final_stage.left);
}

}  // namespace eyelid::landmarks
