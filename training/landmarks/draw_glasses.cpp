// SPDX-License-Identifier: MIT
#include "training/landmarks/draw_glasses.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace eyelid::training {
namespace {

using synthesis::Random;

/// One look of spectacles; lengths in eye widths (corner to corner).
struct Style {
  explicit Style(Random& random)
      : half_width(random.uniform_f(0.72, 1.15)),
        half_height(random.uniform_f(0.38, 0.80)),
        roundness(random.uniform_f(2.0, 5.0)),
        shift_x(random.uniform_f(-0.12, 0.12)),
        shift_y(random.uniform_f(-0.10, 0.30)),
        thickness(random.uniform_f(0.03, 0.16)),
        rim_gray(random.chance(0.75) ? random.uniform_f(0.0, 110.0)
                                     : random.uniform_f(130.0, 255.0)),
        rim_opacity(random.uniform_f(0.45, 1.0)),
        lower_rim_opacity(random.chance(0.3) ? 0.0f : random.uniform_f(0.3, 1.0)),
        lens_contrast(random.uniform_f(0.65, 1.0)),
        lens_light(random.uniform_f(-15.0, 25.0)) {}

  float half_width;
  float half_height;
  float roundness;  // exponent of the superellipse: 2 an ellipse, 5 nearly a rectangle
  float shift_x;    // of the lens from the eye, outwards
  float shift_y;    // downwards
  float thickness;
  float rim_gray;
  float rim_opacity;
  float lower_rim_opacity;
  float lens_contrast;
  float lens_light;
};

/// A bright band across a lens, as of a window or a lamp.
struct Reflection {
  float strength = 0.0f;  // gray levels; 0 = none
  float offset = 0.0f;
  float width = 0.1f;
  float slope = 0.0f;
};

/// The eye's own axes: x along the line of the eyes, y down, unit one eye width.
struct EyeAxes {
  Point center;
  Point right;  // unit vector over the eye width
  float outwards = 1.0f;

  Point local(Point p) const {
    const Point d = p - center;
    return {d.x * right.x + d.y * right.y, d.y * right.x - d.x * right.y};
  }
};

EyeAxes axes_of(const EyePoints& eye, bool is_left) {
  Point center;
  for (const Point p : eye) center = center + p * (1.0f / 6.0f);
  const Point along = eye[3] - eye[0];
  const float squared = std::max(1.0f, along.x * along.x + along.y * along.y);
  return {center, along * (1.0f / squared), is_left ? 1.0f : -1.0f};
}

/// Pixels that spectacles can reach: no style is wider than 1.4 eye widths from the eye's center.
struct Region {
  int left, top, right, bottom;
};

Region region_round(std::span<const EyePoints> eyes, const GrayImage& image) {
  Region region{image.width(), image.height(), 0, 0};
  for (const EyePoints& eye : eyes) {
    const float reach = 1.5f * distance(eye[0], eye[3]) + 2.0f;
    for (const Point p : {eye[0], eye[3]}) {
      region.left = std::min(region.left, static_cast<int>(p.x - reach));
      region.top = std::min(region.top, static_cast<int>(p.y - reach));
      region.right = std::max(region.right, static_cast<int>(p.x + reach) + 1);
      region.bottom = std::max(region.bottom, static_cast<int>(p.y + reach) + 1);
    }
  }
  return {std::max(0, region.left),
          std::max(0, region.top),
          std::min(image.width(), region.right),
          std::min(image.height(), region.bottom)};
}

float smooth_edge(float distance, float softness) {
  return std::clamp(0.5f - distance / softness, 0.0f, 1.0f);
}

/// What one lens does to one pixel.
float lens_pixel(
    float gray, Point p, const EyeAxes& axes, const Style& style, const Reflection& shine) {
  const Point local = axes.local(p);
  const float u = (local.x - style.shift_x * axes.outwards) / style.half_width;
  const float v = (local.y - style.shift_y) / style.half_height;
  const float radius =
      std::pow(std::pow(std::abs(u), style.roundness) + std::pow(std::abs(v), style.roundness),
               1.0f / style.roundness);
  // Near enough to the distance from the rim, in eye widths.
  const float distance =
      (radius - 1.0f) * (std::abs(u) > std::abs(v) ? style.half_width : style.half_height);
  constexpr float kSoftness = 0.05f;

  const float inside = smooth_edge(distance, kSoftness);
  float lens = 128.0f + style.lens_contrast * (gray - 128.0f) + style.lens_light;
  const float band = (u + shine.slope * v - shine.offset) / shine.width;
  lens += shine.strength * std::exp(-band * band);
  gray += inside * (lens - gray);

  const float opacity = style.rim_opacity * (v > 0.2f ? style.lower_rim_opacity : 1.0f);
  const float rim = smooth_edge(std::abs(distance) - 0.5f * style.thickness, kSoftness) * opacity;
  return gray + rim * (style.rim_gray - gray);
}

/// Share of the bridge in a pixel: a straight bar between the inner rims.
float bridge_share(Point p, std::span<const EyeAxes> eyes, const Style& style) {
  const Point first = eyes[0].local(p);
  const Point last = eyes[1].local(p);
  const bool is_between = first.x > style.half_width && last.x < -style.half_width;
  if (!is_between) return 0.0f;
  const float middle = 0.5f * (first.y + last.y) - style.shift_y + 0.35f * style.half_height;
  return smooth_edge(std::abs(middle) - 0.5f * style.thickness, 0.05f) * style.rim_opacity;
}

}  // namespace

void draw_random_glasses(GrayImage& patch, std::span<const EyePoints> eyes, Random& random) {
  const Style style(random);
  std::vector<EyeAxes> axes;
  std::vector<Reflection> shines;
  for (std::size_t i = 0; i < eyes.size(); ++i) {
    axes.push_back(axes_of(eyes[i], i == 1));
    Reflection& shine = shines.emplace_back();
    if (random.chance(0.25)) shine.strength = random.uniform_f(20.0, 130.0);
    shine.offset = random.uniform_f(-0.9, 0.9);
    shine.width = random.uniform_f(0.08, 0.4);
    shine.slope = random.uniform_f(-0.8, 0.8);
  }
  const Region region = region_round(eyes, patch);
  for (int y = region.top; y < region.bottom; ++y) {
    for (int x = region.left; x < region.right; ++x) {
      const Point p{static_cast<float>(x), static_cast<float>(y)};
      float gray = patch.row(y)[x];
      for (std::size_t i = 0; i < axes.size(); ++i) {
        gray = lens_pixel(gray, p, axes[i], style, shines[i]);
      }
      if (axes.size() == 2) gray += bridge_share(p, axes, style) * (style.rim_gray - gray);
      patch.row(y)[x] = static_cast<std::uint8_t>(std::lround(std::clamp(gray, 0.0f, 255.0f)));
    }
  }
}

}  // namespace eyelid::training
