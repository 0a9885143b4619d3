// SPDX-License-Identifier: MIT
#include "training/detector/data/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace eyelid::training {
namespace {

// One level of a pyramid seen from the canvas.
struct View {
  const ColorPicture& picture;
  Placement picture_from_canvas;
};

// The level whose pixels are just smaller than the canvas's: bilinear reading then sees them all.
View view_of(const PicturePyramid& pyramid, const Placement& canvas_from_picture) {
  const float shrinking = 1.0f / canvas_from_picture.scale();
  const int wanted = static_cast<int>(std::floor(std::log2(std::max(1.0f, shrinking)) + 0.4f));
  const int index = std::clamp(wanted, 0, pyramid.level_count() - 1);
  const ColorPicture& level = pyramid.level(index);
  Placement source = canvas_from_picture.inverse();
  const float scale_x = static_cast<float>(level.width) / static_cast<float>(pyramid.width());
  const float scale_y = static_cast<float>(level.height) / static_cast<float>(pyramid.height());
  source.xx *= scale_x;
  source.xy *= scale_x;
  source.tx = (source.tx + 0.5f) * scale_x - 0.5f;
  source.yx *= scale_y;
  source.yy *= scale_y;
  source.ty = (source.ty + 0.5f) * scale_y - 0.5f;
  return {level, source};
}

// Bilinear, coordinates clamped to the picture.
inline void read_pixel(const ColorPicture& picture, float x, float y, std::uint8_t* target) {
  const float cx = std::clamp(x, 0.0f, static_cast<float>(picture.width - 1));
  const float cy = std::clamp(y, 0.0f, static_cast<float>(picture.height - 1));
  const int x256 = static_cast<int>(cx * 256.0f), y256 = static_cast<int>(cy * 256.0f);
  const int column = std::min(x256 >> 8, std::max(0, picture.width - 2));
  const int line = std::min(y256 >> 8, std::max(0, picture.height - 2));
  const int fx = x256 - column * 256, fy = y256 - line * 256;
  const int next = picture.width > 1 ? 3 : 0;
  const std::uint8_t* top = picture.row(line) + 3 * column;
  const std::uint8_t* bottom = picture.height > 1 ? top + std::ptrdiff_t{3} * picture.width : top;
  for (int c = 0; c < 3; ++c) {
    const int upper = top[c] * (256 - fx) + top[c + next] * fx;
    const int lower = bottom[c] * (256 - fx) + bottom[c + next] * fx;
    target[c] = static_cast<std::uint8_t>((upper * (256 - fy) + lower * fy + 32768) >> 16);
  }
}

inline bool is_inside(const ColorPicture& picture, float x, float y) {
  return x >= -0.5f && y >= -0.5f && x < static_cast<float>(picture.width) - 0.5f &&
         y < static_cast<float>(picture.height) - 0.5f;
}

}  // namespace

void ColorCanvas::draw(const PicturePyramid& picture,
                       const Placement& canvas_from_picture,
                       const CanvasArea& area,
                       const Border& border) {
  const View view = view_of(picture, canvas_from_picture);
  const Placement& source = view.picture_from_canvas;
  for (int y = area.top; y < area.bottom; ++y) {
    std::uint8_t* target = pixel(area.left, y);
    const Point start = source({0.0f, static_cast<float>(y)});
    for (int x = area.left; x < area.right; ++x, target += 3) {
      const float sx = start.x + source.xx * static_cast<float>(x);
      const float sy = start.y + source.yx * static_cast<float>(x);
      if (border.is_replicated || is_inside(view.picture, sx, sy)) {
        read_pixel(view.picture, sx, sy, target);
      } else if (!border.is_transparent) {
        std::copy_n(border.color.data(), 3, target);
      }
    }
  }
}

void ColorCanvas::paste(const PicturePyramid& picture,
                        const Placement& canvas_from_picture,
                        const CanvasArea& area,
                        const Ellipse& ellipse) {
  const View view = view_of(picture, canvas_from_picture);
  const float reach = std::max(ellipse.radius_x, ellipse.radius_y) + 2.0f;
  const int left = std::max(area.left, static_cast<int>(ellipse.center.x - reach));
  const int right = std::min(area.right, static_cast<int>(ellipse.center.x + reach) + 1);
  const int top = std::max(area.top, static_cast<int>(ellipse.center.y - reach));
  const int bottom = std::min(area.bottom, static_cast<int>(ellipse.center.y + reach) + 1);
  const float c = std::cos(ellipse.angle_rad), s = std::sin(ellipse.angle_rad);
  const float mean_radius = 0.5f * (ellipse.radius_x + ellipse.radius_y);
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const Point canvas{static_cast<float>(x), static_cast<float>(y)};
      const Point p = view.picture_from_canvas(canvas);
      if (!is_inside(view.picture, p.x, p.y)) continue;
      const Point d = canvas - ellipse.center;
      const float u = (c * d.x + s * d.y) / ellipse.radius_x;
      const float v = (c * d.y - s * d.x) / ellipse.radius_y;
      const float outside_px = (std::sqrt(u * u + v * v) - 1.0f) * mean_radius;
      const float share = std::clamp(0.5f - 0.5f * outside_px, 0.0f, 1.0f);
      if (share <= 0.0f) continue;
      std::uint8_t drawn[3];
      read_pixel(view.picture, p.x, p.y, drawn);
      std::uint8_t* target = pixel(x, y);
      for (int k = 0; k < 3; ++k) {
        const float old = target[k];
        target[k] = static_cast<std::uint8_t>(old + share * (static_cast<float>(drawn[k]) - old));
      }
    }
  }
}

}  // namespace eyelid::training
