// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/head_shape.hpp"

namespace eyelid::synthesis {
namespace {

// Heights below the nose follow the length of the lower face.
std::vector<Curve::Knot> stretched(std::vector<Curve::Knot> knots, float factor) {
  for (Curve::Knot& knot : knots) {
    if (knot.at > 0.0f) knot.at *= factor;
  }
  return knots;
}

std::vector<Curve::Knot> width_knots(const Person& person) {
  std::vector<Curve::Knot> knots{{-116, 74},
                                 {-80, 76},
                                 {-50, 77},
                                 {-25, 74},
                                 {0, 70},
                                 {18, 69},
                                 {45, 65},
                                 {60, 60.5},
                                 {74, 54},
                                 {88, 46.5},
                                 {100, 38},
                                 {116, 34}};
  for (Curve::Knot& knot : knots) {
    const float jaw = smooth_step(30.0f, 80.0f, knot.at);
    knot.value *= person.face_width * mix(1.0f, person.jaw_width, jaw);
  }
  return stretched(knots, person.face_length);
}

}  // namespace

Curve::Curve(std::vector<Knot> knots) : knots_(std::move(knots)), slopes_(knots_.size(), 0.0f) {
  const auto secant = [&](std::size_t i) {
    return (knots_[i + 1].value - knots_[i].value) / (knots_[i + 1].at - knots_[i].at);
  };
  for (std::size_t i = 1; i + 1 < knots_.size(); ++i) {
    const float before = secant(i - 1);
    const float after = secant(i);
    // Harmonic mean where both sides agree in sign, flat at a turn.
    slopes_[i] = before * after > 0.0f ? 2.0f * before * after / (before + after) : 0.0f;
  }
  slopes_.front() = secant(0);
  slopes_.back() = secant(knots_.size() - 2);
}

float Curve::operator()(float at) const {
  if (at <= knots_.front().at) return knots_.front().value;
  if (at >= knots_.back().at) return knots_.back().value;
  std::size_t i = 0;
  while (at > knots_[i + 1].at) ++i;
  const float step = knots_[i + 1].at - knots_[i].at;
  const float t = (at - knots_[i].at) / step;
  const float t2 = t * t;
  const float t3 = t2 * t;
  return knots_[i].value * (2 * t3 - 3 * t2 + 1) + slopes_[i] * step * (t3 - 2 * t2 + t) +
         knots_[i + 1].value * (3 * t2 - 2 * t3) + slopes_[i + 1] * step * (t3 - t2);
}

HeadShape::HeadShape(const Person& person)
    : person_(person),
      bottom_(116.0f * person.face_length),
      mouth_y_(66.0f * person.face_length),
      chin_y_(100.0f * person.face_length),
      front_(stretched({{-116, -14},
                        {-95, -8},
                        {-75, 3},
                        {-50, 11},
                        {-25, 13.5f},
                        {-8, 10},
                        {10, 7},
                        {30, 8},
                        {48, 11.5f},
                        {58, 13.5f},
                        {66, 13},
                        {76, 12.5f},
                        {88, 9.5f},
                        {100, 10.5f},
                        {109, 8},
                        {116, 2}},
                       person.face_length)),
      side_z_(stretched({{-116, -95},
                         {-40, -92},
                         {20, -88},
                         {60, -78},
                         {76, -66},
                         {88, -50},
                         {100, -34},
                         {116, -26}},
                        person.face_length)),
      width_(width_knots(person)),
      nose_({{-20, 0},
             {-7, 2.2f},
             {6, 7.5f},
             {20, 13.5f},
             {32, 18.5f},
             {37.5f, 19.8f},
             {41, 17.8f},
             {44.5f, 11.5f},
             {48, 4},
             {53, 0}}) {}

// Rounds the top of the skull and the chin off to a point.
float HeadShape::end_cap(float y) const {
  constexpr float kSkull = -35.0f;
  const float jaw = 80.0f * person_.face_length;
  float t = 0.0f;
  if (y < kSkull) t = (y - kSkull) / (kTop - kSkull);
  if (y > jaw) t = (y - jaw) / (bottom_ - jaw);
  const float power = y > jaw ? 2.6f : 2.3f;
  return std::pow(std::max(0.0f, 1.0f - std::pow(t, power)), 1.0f / power);
}

float HeadShape::half_width(float y) const {
  const float cap = end_cap(y);
  return width_(y) * (y > 0.0f ? std::pow(cap, 0.8f) : cap);
}

// How far the superellipse reaches forward at x = ratio * half width.
float HeadShape::section(float ratio, float y) const {
  const float power = mix(2.25f, 2.0f, smooth_step(40.0f, 100.0f, y));
  const float r = std::min(std::abs(ratio), 1.0f);
  return std::pow(std::max(0.0f, 1.0f - std::pow(r, power)), 1.0f / power);
}

Vector3 HeadShape::at_angle(float y, float angle) const {
  const float width = half_width(y);
  const float ratio = std::sin(angle);
  const float side = side_z_(y);
  const float cap = end_cap(y);
  const bool is_front = std::cos(angle) >= 0.0f;
  const float reach = is_front ? front_(y) - side : -75.0f;
  const float x = width * ratio;
  float z = side + reach * cap * section(ratio, y);
  if (is_front) z += relief(x, y);
  return {x, y, z};
}

Vector3 HeadShape::at_front(float x, float y) const {
  const float ratio = std::clamp(x / std::max(half_width(y), 1.0f), -1.0f, 1.0f);
  return at_angle(y, std::asin(ratio));
}

float HeadShape::brow_line(float x) const {
  const float outward = (std::abs(x) - person_.eye_distance) / 20.0f;  // -1 nasal .. +1 temporal
  return person_.brow_height - person_.brow_arch * (1.0f - (outward - 0.25f) * (outward - 0.25f)) +
         1.5f;
}

float HeadShape::mouth_line(float x) const {
  const float t = std::min(std::abs(x) / person_.mouth_width, 1.2f);
  return mouth_y_ + 0.6f - 1.1f * bell(x, 4.0f) * -0.6f - 0.8f * bell(std::abs(x) - 7.0f, 5.0f) +
         0.4f * t * t;
}

float HeadShape::upper_lip_edge(float x) const {
  const float t = std::min(std::abs(x) / person_.mouth_width, 1.0f);
  const float fall = std::pow(1.0f - t * t, 0.9f);
  const float bow = 1.0f - 0.20f * bell(x, 3.2f) + 0.08f * bell(std::abs(x) - 6.0f, 3.5f);
  return mouth_line(x) - 7.2f * person_.lip_fullness * fall * bow;
}

float HeadShape::lower_lip_edge(float x) const {
  const float t = std::min(std::abs(x) / person_.mouth_width, 1.0f);
  return mouth_line(x) + 9.0f * person_.lip_fullness * std::pow(1.0f - t * t, 0.75f);
}

float HeadShape::nose_relief(float x, float y) const {
  const float level = y / person_.nose_length;
  const float height = nose_(y < 0 ? y : level) * person_.nose_height;
  const float width = person_.nose_width * mix(9.8f, 11.5f, smooth_step(5.0f, 38.0f, level));
  const float ridge = height * std::exp(-std::pow(std::abs(x) / width, 2.15f));
  const float wing_x = std::abs(x) - 12.8f * person_.nose_width;
  const float below = level > 39.0f ? 5.5f : 8.5f;
  const float wing = 6.4f * bell(wing_x, 5.8f) * bell(level - 38.5f, below);
  const float crease = -1.1f * bell(wing_x - 6.8f, 3.0f) * bell(level - 37.0f, 7.0f);
  return ridge + wing + crease;
}

float HeadShape::mouth_relief(float x, float y) const {
  const float reach = smooth_step(1.08f, 0.35f, std::abs(x) / person_.mouth_width);
  const float full = person_.lip_fullness;
  const float upper = 3.2f * full * bell(y - (mouth_line(x) - 3.5f * full), 4.0f);
  const float lower = 4.2f * full * bell(y - (mouth_line(x) + 4.5f * full), 4.8f);
  const float groove = -2.6f * bell(y - mouth_line(x), 1.8f);
  const float philtrum = -0.9f * bell(x, 3.0f) * bell(y - (mouth_y_ - 14.0f), 5.0f);
  const float corner = -0.7f * bell(std::abs(x) - person_.mouth_width - 1.5f, 4.0f) *
                       bell(y - mouth_y_ - 1.0f, 5.0f);
  return (upper + lower + groove) * reach + philtrum + corner;
}

float HeadShape::relief(float x, float y) const {
  const float ax = std::abs(x);
  const float eye = ax - person_.eye_distance;
  float z = nose_relief(x, y) + mouth_relief(x, y);
  z -= 8.5f * bell(ax - person_.eye_distance * 0.93f, 17.0f) * bell(y + 2.0f, 12.0f);
  z += 5.8f * bell(eye, 13.0f) * bell(y - 0.5f, 9.5f);
  z += 3.6f * person_.brow_ridge * bell(ax - 27.0f, 19.0f) * bell(y - brow_line(x) - 2.0f, 6.5f);
  z += 4.5f * person_.cheek * bell(ax - 42.0f, 15.0f) * bell(y - 20.0f, 13.0f);
  z -= 1.2f * bell(ax - 24.0f - 0.25f * (y - 40.0f), 4.0f) * bell(y - 50.0f, 14.0f) *
       (0.4f + person_.age);
  z -= 3.0f * bell(ax - 64.0f, 12.0f) * bell(y + 22.0f, 20.0f);
  z += 4.5f * bell(x, 14.0f) * bell(y - chin_y_, 10.0f);
  z -= 2.5f * bell(x, 20.0f) * bell(y - chin_y_ + 14.0f, 5.0f);
  return z;
}

}  // namespace eyelid::synthesis
