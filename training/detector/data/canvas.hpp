// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>

#include "training/detector/data/color_picture.hpp"
#include "training/detector/data/face_labels.hpp"

namespace eyelid::training {

/// Half-open box of canvas pixels.
struct CanvasArea {
  int left = 0;
  int top = 0;
  int right = kDetectorSide;
  int bottom = kDetectorSide;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  Rect rect() const {
    return {static_cast<float>(left),
            static_cast<float>(top),
            static_cast<float>(width()),
            static_cast<float>(height())};
  }
};

/// What is seen where a picture ends.
struct Border {
  bool is_replicated = false;
  bool is_transparent = false;  // the canvas stays as it is
  std::array<std::uint8_t, 3> color{};
};

/// An ellipse with soft edges; outside of it nothing is drawn. Canvas pixels.
struct Ellipse {
  Point center;
  float radius_x = 0.0f;
  float radius_y = 0.0f;
  float angle_rad = 0.0f;
};

/// The detector's input in color while it is composed.
struct ColorCanvas {
  std::array<std::uint8_t, std::size_t{3} * kDetectorSide * kDetectorSide> rgb{};

  std::uint8_t* pixel(int x, int y) { return rgb.data() + 3 * (y * kDetectorSide + x); }
  /// Draws the picture, moved and scaled without aliasing, into an area.
  void draw(const PicturePyramid& picture,
            const Placement& canvas_from_picture,
            const CanvasArea& area,
            const Border& border);
  /// Draws only what lies in the ellipse and in the picture.
  void paste(const PicturePyramid& picture,
             const Placement& canvas_from_picture,
             const CanvasArea& area,
             const Ellipse& ellipse);
};

}  // namespace eyelid::training
