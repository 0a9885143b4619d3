// SPDX-License-Identifier: MIT
#include "training/landmarks/degrade.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace eyelid::training {
namespace {

using synthesis::Random;

/// The patch as floats while it is worked on.
struct Plane {
  int width;
  int height;
  std::vector<float> values;

  Plane(int plane_width, int plane_height)
      : width(plane_width),
        height(plane_height),
        values(static_cast<std::size_t>(plane_width) * static_cast<std::size_t>(plane_height)) {}
  float& at(int x, int y) { return values[static_cast<std::size_t>(y * width + x)]; }
  float at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
  float clamped(int x, int y) const {
    return at(std::clamp(x, 0, width - 1), std::clamp(y, 0, height - 1));
  }
  float bilinear(float x, float y) const {
    const int x0 = static_cast<int>(std::floor(x));
    const int y0 = static_cast<int>(std::floor(y));
    const float fx = x - static_cast<float>(x0);
    const float fy = y - static_cast<float>(y0);
    const float top = clamped(x0, y0) * (1.0f - fx) + clamped(x0 + 1, y0) * fx;
    const float bottom = clamped(x0, y0 + 1) * (1.0f - fx) + clamped(x0 + 1, y0 + 1) * fx;
    return top * (1.0f - fy) + bottom * fy;
  }
};

void change_light(Plane& plane, Random& random) {
  const float gamma = std::exp(random.uniform_f(-0.5, 0.5));
  // Webcams burn faces out: contrast beyond 1 clips.
  const float contrast =
      random.chance(0.25) ? random.uniform_f(1.1, 2.0) : random.uniform_f(0.55, 1.1);
  const float level = random.uniform_f(-25.0, contrast > 1.1f ? 70.0 : 25.0);
  const float slope_x = random.uniform_f(-0.35, 0.35) / static_cast<float>(plane.width);
  const float slope_y = random.uniform_f(-0.2, 0.2) / static_cast<float>(plane.height);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const float side = 1.0f + slope_x * static_cast<float>(2 * x - plane.width) +
                         slope_y * static_cast<float>(2 * y - plane.height);
      const float lit = std::pow(plane.at(x, y) / 255.0f, gamma) * 255.0f;
      plane.at(x, y) = 127.5f + contrast * (lit * side - 127.5f) + level;
    }
  }
}

void blur(Plane& plane, int passes) {
  for (int pass = 0; pass < passes; ++pass) {
    Plane rows(plane.width, plane.height);
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) {
        rows.at(x, y) =
            0.25f * (plane.clamped(x - 1, y) + plane.clamped(x + 1, y)) + 0.5f * plane.at(x, y);
      }
    }
    for (int y = 0; y < plane.height; ++y) {
      for (int x = 0; x < plane.width; ++x) {
        plane.at(x, y) =
            0.25f * (rows.clamped(x, y - 1) + rows.clamped(x, y + 1)) + 0.5f * rows.at(x, y);
      }
    }
  }
}

// As if the face had been recorded `factor` times smaller: means over blocks, then enlarged.
void lower_resolution(Plane& plane, float factor) {
  Plane small(std::max(4, static_cast<int>(static_cast<float>(plane.width) / factor)),
              std::max(4, static_cast<int>(static_cast<float>(plane.height) / factor)));
  const float step_x = static_cast<float>(plane.width) / static_cast<float>(small.width);
  const float step_y = static_cast<float>(plane.height) / static_cast<float>(small.height);
  constexpr int kTaps = 4;
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      float sum = 0.0f;
      for (int tap = 0; tap < kTaps * kTaps; ++tap) {
        const int column = tap % kTaps, row = tap / kTaps;
        const float across = (static_cast<float>(column) + 0.5f) / kTaps;
        const float down = (static_cast<float>(row) + 0.5f) / kTaps;
        sum += plane.bilinear((static_cast<float>(x) + across) * step_x - 0.5f,
                              (static_cast<float>(y) + down) * step_y - 0.5f);
      }
      small.at(x, y) = sum / (kTaps * kTaps);
    }
  }
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      plane.at(x, y) = small.bilinear((static_cast<float>(x) + 0.5f) / step_x - 0.5f,
                                      (static_cast<float>(y) + 0.5f) / step_y - 0.5f);
    }
  }
}

void add_noise(Plane& plane, float deviation, Random& random) {
  // The sum of four even numbers 0 .. 1 has mean 2 and deviation sqrt(1 / 3): near enough to
  // normal.
  const float scale = deviation * 1.7320508f / 65536.0f;
  for (float& value : plane.values) {
    const std::uint64_t bits = random.bits();
    const auto sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    value += scale * (static_cast<float>(sum) - 131070.0f);
  }
}

}  // namespace

void cast_shadow(GrayImage& patch, Random& random) {
  // Shadows of the nose and of half a face are steep and lie on either side, those of a brow are
  // flat and above.
  const bool is_brow = random.chance(0.25);
  constexpr float kRightAngle = 1.5707963f;
  const float across = (is_brow ? kRightAngle : 0.0f) + 0.35f * static_cast<float>(random.normal());
  const float cos = std::cos(across), sin = std::sin(across);
  const float side = is_brow || random.chance(0.5) ? -1.0f : 1.0f;
  // In widths of the patch.
  const float edge = is_brow ? random.uniform_f(-0.3, 0.15) : random.uniform_f(-0.5, 0.5);
  const float sharpness = random.uniform_f(6.0, 50.0);
  const float depth = random.uniform_f(0.3, 0.9);
  const float unit = 1.0f / static_cast<float>(patch.width());
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) {
      const float u =
          unit * (cos * (static_cast<float>(x) - 0.5f * static_cast<float>(patch.width())) +
                  sin * (static_cast<float>(y) - 0.5f * static_cast<float>(patch.height())));
      const float shade = depth / (1.0f + std::exp(-side * sharpness * (u - edge)));
      patch.row(y)[x] = static_cast<std::uint8_t>(
          std::lround((1.0f - shade) * static_cast<float>(patch.row(y)[x])));
    }
  }
}

void shine(GrayImage& patch, const EyePoints& eye, Random& random) {
  const Point across = eye[3] - eye[0];
  const float width = distance(eye[0], eye[3]);
  if (width < 4.0f) return;
  // Eye widths from the middle of the corners, which lie level.
  const Point along = across * (1.0f / width);
  const Point middle = (eye[0] + eye[3]) * 0.5f;
  const auto in_eye = [&](Point p) {
    const Point away = p - middle;
    return Point{along.x * away.x + along.y * away.y, along.x * away.y - along.y * away.x} *
           (1.0f / width);
  };
  std::array<Point, 4> lid;
  for (std::size_t i = 0; i < lid.size(); ++i) lid[i] = in_eye(eye[i]);
  const auto edge_at = [&lid](float x) {  // the cubic through the four points
    float y = 0.0f;
    for (std::size_t i = 0; i < lid.size(); ++i) {
      float term = lid[i].y;
      for (std::size_t j = 0; j < lid.size(); ++j) {
        if (j == i) continue;
        const float gap = lid[i].x - lid[j].x;
        const float least = gap < 0.0f ? -0.03f : 0.03f;
        term *= (x - lid[j].x) / (std::abs(gap) < 0.03f ? least : gap);
      }
      y += term;
    }
    return y;
  };
  const float center = random.uniform_f(-0.25, 0.25), half_width = random.uniform_f(0.2, 0.6);
  const float height = random.uniform_f(0.05, 0.25), depth = random.uniform_f(0.05, 0.2);
  const float tone = 255.0f * random.uniform_f(0.08, 0.45);
  const auto squared = [](float value) { return value * value; };
  for (int y = 0; y < patch.height(); ++y) {
    for (int x = 0; x < patch.width(); ++x) {
      const Point p = in_eye({static_cast<float>(x), static_cast<float>(y)});
      const float above = edge_at(std::clamp(p.x, lid[0].x, lid[3].x)) - p.y;
      if (above < 0.0f) continue;
      const float band =
          std::exp(-squared((above - height) / depth) - squared((p.x - center) / half_width)) /
          (1.0f + std::exp(-60.0f * (above - 0.03f)));
      patch.row(y)[x] = static_cast<std::uint8_t>(
          std::lround(std::min(255.0f, static_cast<float>(patch.row(y)[x]) + tone * band)));
    }
  }
}

void degrade(GrayImage& patch, Random& random) {
  Plane plane(patch.width(), patch.height());
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) plane.at(x, y) = patch.row(y)[x];
  }
  if (random.chance(0.6)) change_light(plane, random);
  if (random.chance(0.4)) {
    lower_resolution(plane, random.uniform_f(1.3, 3.2));
  } else if (random.chance(0.5)) {
    blur(plane, 1 + random.index(4));
  }
  if (random.chance(0.5)) add_noise(plane, random.uniform_f(1.0, 9.0), random);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      patch.row(y)[x] =
          static_cast<std::uint8_t>(std::lround(std::clamp(plane.at(x, y), 0.0f, 255.0f)));
    }
  }
}

}  // namespace eyelid::training
