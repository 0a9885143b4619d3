// SPDX-License-Identifier: MIT
#include "training/landmarks/draw_cover.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::training {
namespace {

using synthesis::Random;

/// An ellipse or rounded box around the eye, turned; 1 inside, falling to 0 over its edge.
struct Outline {
  Point center;
  Point half;  // along and across the eye
  Point axis;
  float power = 2.0f;     // 2: ellipse, more: box
  float softness = 0.1f;  // of the radius
  float opacity = 1.0f;

  float cover_at(Point p) const {
    const Point from = p - center;
    const float x = std::fabs(dot(from, axis)) / half.x;
    const float y = std::fabs(cross(axis, from)) / half.y;
    const float radius = std::pow(std::pow(x, power) + std::pow(y, power), 1.0f / power);
    return opacity * std::clamp((1.0f + softness - radius) / softness, 0.0f, 1.0f);
  }
};

Outline random_outline(const EyePoints& eye, double low, double high, Random& random) {
  const float width = distance(eye[0], eye[3]);
  const auto turn = static_cast<float>(0.25 * random.normal());
  const Point along = (eye[3] - eye[0]) * (1.0f / width);
  const Point axis{along.x * std::cos(turn) - along.y * std::sin(turn),
                   along.x * std::sin(turn) + along.y * std::cos(turn)};
  const float x = width * random.uniform_f(low, high);
  const Point offset{random.uniform_f(-0.1, 0.1) * width, random.uniform_f(-0.1, 0.1) * width};
  return {eye_center(eye) + offset,
          {x, x * random.uniform_f(0.45, 1.1)},
          axis,
          random.chance(0.5) ? 2.0f : random.uniform_f(3.0, 12.0),
          random.uniform_f(0.02, 0.35),
          1.0f};
}

/// One that hides an open eye, lids and lashes.
Outline covering_outline(const EyePoints& eye, double low, double high, Random& random) {
  Outline outline = random_outline(eye, low, high, random);
  outline.half.y = std::max(outline.half.y, 0.36f * distance(eye[0], eye[3]));
  return outline;
}

/// Mixes `color_at(x, y)` over the picture where the outline covers it.
template <class Color>
void paint(GrayImage& picture, const Outline& outline, Color color_at) {
  const float reach = 1.5f * std::max(outline.half.x, outline.half.y) + 2.0f;
  const int left = std::max(0, static_cast<int>(outline.center.x - reach));
  const int top = std::max(0, static_cast<int>(outline.center.y - reach));
  const int right = std::min(picture.width() - 1, static_cast<int>(outline.center.x + reach));
  const int bottom = std::min(picture.height() - 1, static_cast<int>(outline.center.y + reach));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      const float cover = outline.cover_at({static_cast<float>(x), static_cast<float>(y)});
      if (cover <= 0.0f) continue;
      const float mixed = cover * color_at(x, y) + (1.0f - cover) * picture.row(y)[x];
      picture.row(y)[x] = static_cast<std::uint8_t>(std::clamp(mixed, 0.0f, 255.0f));
    }
  }
}

void draw_patch(GrayImage& picture, const EyePoints& eye, Random& random) {
  Outline outline = covering_outline(eye, 0.65, 1.6, random);
  // A piece of tape or card has straight, sharp edges, often close to the lids.
  if (random.chance(0.4)) {
    outline.power = 24.0f;
    outline.softness = random.uniform_f(0.005, 0.05);
  }
  const float color = random.uniform_f(0.0, 255.0);
  const float shade = random.uniform_f(-30.0, 30.0) / outline.half.x;
  const float texture = random.chance(0.5) ? 0.0f : random.uniform_f(2.0, 30.0);
  const float wave = random.uniform_f(0.5, 12.0) / outline.half.x;
  const std::uint64_t seed = random.bits();
  paint(picture, outline, [&](int x, int y) {
    const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
    const float noise = synthesis::plane_noise(fx * wave, fy * wave, seed) - 0.5f;
    return color + shade * (fx - outline.center.x) + texture * noise;
  });
}

/// A hand, a cheek, a cloth: what lies elsewhere in the picture.
void draw_copy(GrayImage& picture, const EyePoints& eye, Random& random) {
  const Outline outline = covering_outline(eye, 0.65, 1.5, random);
  const GrayImage original = picture.copy();
  const float width = distance(eye[0], eye[3]);
  const auto angle = static_cast<float>(random.uniform(0.0, 6.2831853));
  const float away = width * random.uniform_f(2.6, 5.0);
  const int dx = static_cast<int>(away * std::cos(angle));
  const int dy = static_cast<int>(away * std::sin(angle));
  const float level = random.uniform_f(-30.0, 30.0);
  paint(picture, outline, [&](int x, int y) {
    const int from_x = std::clamp(x + dx, 0, original.width() - 1);
    const int from_y = std::clamp(y + dy, 0, original.height() - 1);
    return level + static_cast<float>(original.row(from_y)[from_x]);
  });
}

void draw_hair(GrayImage& picture, const EyePoints& eye, Random& random) {
  Outline outline = covering_outline(eye, 0.9, 1.8, random);
  outline.softness = 0.5f;
  const float color = random.uniform_f(5.0, 140.0);
  const float contrast = random.uniform_f(10.0, 70.0);
  const float strands = random.uniform_f(8.0, 30.0) / outline.half.x;
  const auto lean = static_cast<float>(0.5 * random.normal());
  const std::uint64_t seed = random.bits();
  paint(picture, outline, [&](int x, int y) {
    const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
    const float noise =
        synthesis::plane_noise((fx + lean * fy) * strands, fy * strands * 0.06f, seed);
    return color + contrast * (noise - 0.5f);
  });
}

void draw_glare(GrayImage& picture, const EyePoints& eye, Random& random) {
  Outline outline = covering_outline(eye, 0.7, 1.3, random);
  outline.softness = random.uniform_f(0.1, 0.6);
  const float level = random.uniform_f(235.0, 330.0);
  paint(picture, outline, [&](int, int) { return level; });
}

}  // namespace

void draw_random_cover(GrayImage& picture, const EyePoints& eye, Random& random) {
  const double kind = random.unit();
  if (kind < 0.35) {
    draw_patch(picture, eye, random);
  } else if (kind < 0.65) {
    draw_copy(picture, eye, random);
  } else if (kind < 0.82) {
    draw_hair(picture, eye, random);
  } else {
    draw_glare(picture, eye, random);
  }
}

void draw_random_reflection(GrayImage& picture, const EyePoints& eye, Random& random) {
  Outline outline = random_outline(eye, 0.3, 1.2, random);
  const float width = distance(eye[0], eye[3]);
  outline.center =
      outline.center + Point{random.uniform_f(-0.4, 0.4), random.uniform_f(-0.3, 0.3)} * width;
  outline.softness = random.uniform_f(0.05, 0.8);
  outline.opacity = random.uniform_f(0.15, 0.6);
  const float level = random.uniform_f(150.0, 300.0);
  const float contrast = random.chance(0.5) ? 0.0f : random.uniform_f(20.0, 120.0);
  const float wave = random.uniform_f(0.5, 6.0) / outline.half.x;
  const std::uint64_t seed = random.bits();
  paint(picture, outline, [&](int x, int y) {
    const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
    return level + contrast * (synthesis::plane_noise(fx * wave, fy * wave, seed) - 0.5f);
  });
}

}  // namespace eyelid::training
