// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/films/video_writer.hpp"

namespace eyelid::films {

struct Color {
  std::uint8_t red, green, blue;
};

/// A gray picture in color, to draw boxes and words on. Lines and letters grow with its size.
/// What lies outside the picture is not drawn. The picture must not be empty.
class MarkedPicture {
 public:
  explicit MarkedPicture(const FrameView& picture);

  /// The outline, inside the box, and a word above it (inside where there is no room above). The
  /// box lies on pixel edges.
  void draw_box(const Rect& box, Color color, std::string_view label = {});
  /// A line of text on black along the bottom of the picture.
  void draw_caption(std::string_view text);

  RgbView view() const;

 private:
  void fill(int left, int top, int width, int height, Color color);
  void draw_text(int left, int top, std::string_view text, Color color);

  int width_;
  int height_;
  int scale_;  // picture pixels per font pixel
  std::vector<std::uint8_t> pixels_;
};

}  // namespace eyelid::films
