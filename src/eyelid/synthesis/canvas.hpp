// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "eyelid/core/geometry.hpp"

namespace eyelid::synthesis {

/// A picture under construction: 0 black .. 1 white, already with the camera's gamma of 2.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<float> values;

  void resize(int new_width, int new_height) {
    width = new_width;
    height = new_height;
    values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  }
  float* row(int y) { return values.data() + static_cast<std::ptrdiff_t>(y) * width; }
  const float* row(int y) const { return values.data() + static_cast<std::ptrdiff_t>(y) * width; }
};

/// Moves `share` of every pixel's light (0 .. 0.25) to each neighbor along rows, then along
/// columns: the spread of a lens and sensor. At the borders light stays.
void spread(Canvas& canvas, float share);

/// Half-open box of pixels.
struct PixelBox {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool is_empty() const { return right <= left || bottom <= top; }
};

/// Calls `pixel(x, y, w0, w1, w2)` with barycentric weights for every pixel center in the triangle
/// that lies in `clip`. Corners are snapped to 1/64 px and edges belong to one side only, so that
/// triangles with common edges cover each pixel exactly once. Clockwise on the screen (y down);
/// others are not drawn.
template <class PixelFunction>
void fill_triangle(Point p0, Point p1, Point p2, const PixelBox& clip, PixelFunction&& pixel) {
  constexpr float kSnap = 64.0f;
  const auto snap = [](float v) { return static_cast<std::int64_t>(std::lrintf(v * kSnap)); };
  const std::int64_t x0 = snap(p0.x), y0 = snap(p0.y);
  const std::int64_t x1 = snap(p1.x), y1 = snap(p1.y);
  const std::int64_t x2 = snap(p2.x), y2 = snap(p2.y);
  const std::int64_t area = (x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0);
  if (area <= 0) return;
  const auto up = [](std::int64_t v) { return static_cast<int>((v + 63) >> 6); };
  const int left = std::max(clip.left, up(std::min({x0, x1, x2})));
  const int top = std::max(clip.top, up(std::min({y0, y1, y2})));
  const int right = std::min(clip.right, static_cast<int>(std::max({x0, x1, x2}) >> 6) + 1);
  const int bottom = std::min(clip.bottom, static_cast<int>(std::max({y0, y1, y2}) >> 6) + 1);
  if (left >= right || top >= bottom) return;
  // Edge k lies opposite corner k; a pixel on an edge belongs to the triangle below or right of it.
  const auto bias = [](std::int64_t dx, std::int64_t dy) {
    return (dy < 0 || (dy == 0 && dx > 0)) ? std::int64_t{0} : std::int64_t{-1};
  };
  const std::int64_t b0 = bias(x2 - x1, y2 - y1);
  const std::int64_t b1 = bias(x0 - x2, y0 - y2);
  const std::int64_t b2 = bias(x1 - x0, y1 - y0);
  const float scale = 1.0f / static_cast<float>(area);
  const auto edge = [](std::int64_t ax,
                       std::int64_t ay,
                       std::int64_t bx,
                       std::int64_t by,
                       std::int64_t px,
                       std::int64_t py) { return (bx - ax) * (py - ay) - (by - ay) * (px - ax); };
  const std::int64_t start_x = std::int64_t{left} * 64;
  const std::int64_t start_y = std::int64_t{top} * 64;
  std::int64_t row0 = edge(x1, y1, x2, y2, start_x, start_y);
  std::int64_t row1 = edge(x2, y2, x0, y0, start_x, start_y);
  std::int64_t row2 = edge(x0, y0, x1, y1, start_x, start_y);
  for (int y = top; y < bottom; ++y) {
    std::int64_t e0 = row0, e1 = row1, e2 = row2;
    for (int x = left; x < right; ++x) {
      if ((e0 + b0) >= 0 && (e1 + b1) >= 0 && (e2 + b2) >= 0) {
        pixel(x,
              y,
              static_cast<float>(e0) * scale,
              static_cast<float>(e1) * scale,
              static_cast<float>(e2) * scale);
      }
      e0 -= (y2 - y1) * 64;
      e1 -= (y0 - y2) * 64;
      e2 -= (y1 - y0) * 64;
    }
    row0 += (x2 - x1) * 64;
    row1 += (x0 - x2) * 64;
    row2 += (x1 - x0) * 64;
  }
}

}  // namespace eyelid::synthesis
