// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::films {

/// A view of a color image: red, green, blue bytes, rows `stride` bytes apart.
struct RgbView {
  const std::uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;
};

struct Color {
  std::uint8_t red, green, blue;
};

/// A gray picture to draw on in color. What lies outside is clipped.
class RgbPicture {
 public:
  /// Starts again from a gray picture, which must not be empty; reuses the memory. `scale`: picture
  /// pixels per font pixel.
  void reset(const FrameView& gray, int scale);

  int width() const { return width_; }
  int height() const { return height_; }
  int scale() const { return scale_; }
  /// Valid until the next reset().
  RgbView view() const;

  /// Opacity: 0 leaves the pixel, 1 replaces it.
  void blend(int x, int y, Color color, float opacity);
  void fill(int left, int top, int width, int height, Color color, float opacity = 1.0f);
  /// In the letters of pixel_font.hpp.
  void draw_text(int left, int top, std::string_view text, Color color);

 private:
  int width_ = 0;
  int height_ = 0;
  int scale_ = 1;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace eyelid::films
