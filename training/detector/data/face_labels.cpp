// SPDX-License-Identifier: MIT
#include "training/detector/data/face_labels.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/eye_aspect_ratio.hpp"

namespace eyelid::training {
namespace {

constexpr std::size_t kIbugPoints = 68;
constexpr std::size_t kWflwPoints = 98;

// The places of a face the box is computed from: means of iBUG points [begin, end).
struct Place {
  std::size_t begin;
  std::size_t end;
  std::size_t mirrored;  // the place it becomes in a mirror
};
constexpr std::array<Place, 10> kPlaces = {{{36, 42, 1},
                                            {42, 48, 0},
                                            {30, 31, 2},
                                            {60, 68, 3},
                                            {8, 9, 4},
                                            {0, 1, 6},
                                            {16, 17, 5},
                                            {17, 22, 8},
                                            {22, 27, 7},
                                            {27, 28, 9}}};

// Rows: x, then y of each place relative to the hull's center, in units of sqrt(width height) of
// the hull; last the constant. Columns: center of the box to the right and down in the same units,
// logarithm of its side. Ridge regression to the boxes of MediaPipe's face_detection_short_range on
// 18702 views of the HELEN, AFW and YouTube Faces training sets (fit_box_convention.py): IoU 0.897
// on held-out scenes; a constant box scores 0.837.
constexpr float kBoxFit[21][3] = {
    {0.0825f, -0.0820f, -0.1866f}, {-0.0263f, 0.3122f, -0.3448f}, {0.0825f, 0.0820f, 0.1866f},
    {0.0263f, 0.3122f, -0.3448f},  {-0.1741f, 0.0f, 0.0f},        {0.0f, -0.1979f, 0.3474f},
    {0.1013f, 0.0f, 0.0f},         {0.0f, 0.0905f, 0.5068f},      {0.0214f, 0.0f, 0.0f},
    {0.0f, 0.1527f, 0.1255f},      {0.1997f, -0.0290f, -0.2005f}, {0.0484f, 0.1454f, -0.1560f},
    {0.1997f, 0.0290f, 0.2005f},   {-0.0484f, 0.1454f, -0.1560f}, {0.0086f, -0.0249f, 0.0992f},
    {0.0f, -0.0139f, -0.0277f},    {0.0086f, 0.0249f, -0.0992f},  {0.0f, -0.0139f, -0.0277f},
    {-0.0183f, 0.0f, 0.0f},        {0.0f, -0.0911f, -0.2702f},    {0.0f, -0.0085f, -0.7082f}};
// Far from what was fitted (a face nearly from behind) the side stays within these.
constexpr float kMinSide = 0.75f;
constexpr float kMaxSide = 1.45f;

Point mean_of(std::span<const Point> points) {
  Point sum;
  for (const Point p : points) sum = sum + p;
  return sum * (1.0f / static_cast<float>(points.size()));
}

Rect box_of(std::span<const Point> points, bool is_mirrored) {
  Point low = points[0], high = points[0];
  for (const Point p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  const Point center = (low + high) * 0.5f;
  const float size = std::sqrt(std::max(1e-6f, (high.x - low.x) * (high.y - low.y)));
  float result[3];
  std::copy_n(kBoxFit[20], 3, result);
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const Place& place = kPlaces[is_mirrored ? kPlaces[i].mirrored : i];
    const Point p =
        (mean_of(points.subspan(place.begin, place.end - place.begin)) - center) * (1.0f / size);
    for (int k = 0; k < 3; ++k) result[k] += kBoxFit[2 * i][k] * p.x + kBoxFit[2 * i + 1][k] * p.y;
  }
  const float side = size * std::clamp(std::exp(result[2]), kMinSide, kMaxSide);
  // Points are measured from pixel centers, boxes on pixel edges.
  const Point middle = center + Point{result[0], result[1]} * size + Point{0.5f, 0.5f};
  return {middle.x - 0.5f * side, middle.y - 0.5f * side, side, side};
}

void swap_sides(KnownFace& face) {
  for (const std::size_t pair : {std::size_t{0}, std::size_t{4}}) {
    std::swap(face.keypoints[pair], face.keypoints[pair + 1]);
    std::swap(face.keypoint_weight[pair], face.keypoint_weight[pair + 1]);
  }
}

/// An eye whose points say nothing counts as open.
float ear_of(std::span<const Point> lids) {
  EyePoints eye;
  std::copy_n(lids.begin(), eye.size(), eye.begin());
  return eye_aspect_ratio(eye).value_or(1.0f);
}

}  // namespace

float Placement::scale() const { return std::hypot(xx, yx); }

Placement Placement::inverse() const {
  const float determinant = xx * yy - xy * yx;
  EYELID_EXPECTS(determinant != 0.0f);
  Placement result;
  result.xx = yy / determinant;
  result.xy = -xy / determinant;
  result.yx = -yx / determinant;
  result.yy = xx / determinant;
  result.tx = -(result.xx * tx + result.xy * ty);
  result.ty = -(result.yx * tx + result.yy * ty);
  return result;
}

Placement placement_of(Point from, Point to, float scale, float angle_rad, bool is_mirrored) {
  const float c = scale * std::cos(angle_rad), s = scale * std::sin(angle_rad);
  const float sign = is_mirrored ? -1.0f : 1.0f;
  Placement result{sign * c, -s, 0.0f, sign * s, c, 0.0f};
  const Point shift = to - result(from);
  result.tx = shift.x;
  result.ty = shift.y;
  return result;
}

std::vector<Point> ibug_points(std::span<const Point> points) {
  if (points.size() == kIbugPoints) return {points.begin(), points.end()};
  if (points.size() != kWflwPoints) return {};
  std::vector<Point> result;
  for (std::size_t i = 0; i <= 32; i += 2) result.push_back(points[i]);  // jaw
  for (std::size_t i = 33; i < 38; ++i) result.push_back(points[i]);     // upper brow lines
  for (std::size_t i = 42; i < 47; ++i) result.push_back(points[i]);
  for (std::size_t i = 51; i < 60; ++i) result.push_back(points[i]);  // nose
  for (const std::size_t i : {60u, 61u, 63u, 64u, 65u, 67u}) result.push_back(points[i]);
  for (const std::size_t i : {68u, 69u, 71u, 72u, 73u, 75u}) result.push_back(points[i]);
  for (std::size_t i = 76; i < 96; ++i) result.push_back(points[i]);  // mouth
  return result;
}

KnownFace face_of_points(std::vector<Point> points, bool is_mirrored) {
  EYELID_EXPECTS(points.size() == kIbugPoints);
  KnownFace face;
  const std::span<const Point> all(points);
  face.box = box_of(all, is_mirrored);
  // Ears are not annotated: the jaw's first points, moved 0.7 of the way to the second.
  const auto ear = [&](std::size_t end, std::size_t next) {
    return all[end] + (all[next] - all[end]) * 0.7f;
  };
  face.keypoints = {mean_of(all.subspan(36, 6)),
                    mean_of(all.subspan(42, 6)),
                    all[30],
                    mean_of(all.subspan(60, 8)),
                    ear(0, 1),
                    ear(16, 15)};
  face.keypoint_weight = kPointKeypointWeights;
  if (is_mirrored) swap_sides(face);
  face.points = std::move(points);
  return face;
}

KnownFace face_of_five_points(std::span<const Point> points, const std::optional<Rect>& box) {
  EYELID_EXPECTS(points.size() == 5);
  constexpr float kSidePerDiagonal = 1.662f;
  constexpr float kCenterBelowEyes = 0.529f;  // of the way from the eyes to the mouth
  const Point eyes = (points[0] + points[1]) * 0.5f;
  const Point mouth = (points[3] + points[4]) * 0.5f;
  KnownFace face;
  if (box) {
    face.box = *box;
  } else {
    const float side =
        kSidePerDiagonal * std::hypot(distance(points[0], points[1]), distance(eyes, mouth));
    const Point center = eyes + (mouth - eyes) * kCenterBelowEyes + Point{0.5f, 0.5f};
    face.box = {center.x - 0.5f * side, center.y - 0.5f * side, side, side};
  }
  face.keypoints = {points[0], points[1], points[2], mouth, {}, {}};
  face.keypoint_weight = {1.0f, 1.0f, 0.7f, 0.7f, 0.0f, 0.0f};
  return face;
}

Rect box_in_head(const Rect& head) {
  // The hull of 68 points has 1 / 0.98 of the head box's width and 1 / 1.285 of its height, and
  // lies 0.155 of its height lower; the square has 1.05 and 1.08 of the hull's, 0.055 higher.
  const float side = std::sqrt(1.05f / 0.98f * head.width * (1.08f / 1.285f) * head.height);
  const Point center = head.center() + Point{0.0f, (0.155f - 0.055f) / 1.285f * head.height};
  return {center.x - 0.5f * side, center.y - 0.5f * side, side, side};
}

KnownFace moved(const KnownFace& face, const Placement& placement) {
  if (!face.points.empty()) {
    std::vector<Point> points(face.points.size());
    std::transform(face.points.begin(), face.points.end(), points.begin(), placement);
    KnownFace result = face_of_points(std::move(points), placement.is_mirrored());
    result.keypoint_weight = face.keypoint_weight;
    if (placement.is_mirrored()) {
      std::swap(result.keypoint_weight[0], result.keypoint_weight[1]);
      std::swap(result.keypoint_weight[4], result.keypoint_weight[5]);
    }
    return result;
  }
  KnownFace result = face;
  const Point center = placement(face.box.center() - Point{0.5f, 0.5f}) + Point{0.5f, 0.5f};
  const float side = 0.5f * (face.box.width + face.box.height) * placement.scale();
  result.box = {center.x - 0.5f * side, center.y - 0.5f * side, side, side};
  for (Point& p : result.keypoints) p = placement(p);
  if (placement.is_mirrored()) swap_sides(result);
  return result;
}

float smaller_eye_ratio(const KnownFace& face) {
  if (face.points.empty()) return 1.0f;
  const std::span<const Point> points(face.points);
  return std::min(ear_of(points.subspan(kRightEyeBegin)), ear_of(points.subspan(kLeftEyeBegin)));
}

}  // namespace eyelid::training
