// SPDX-License-Identifier: MIT
#include "eyelid/films/marked_picture.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {
namespace {

// Keeps sums of coordinates within int.
int pixel(float place) { return static_cast<int>(std::lround(std::clamp(place, -1e6f, 1e6f))); }

}  // namespace

MarkedPicture::MarkedPicture(const FrameView& picture) {
  picture_.reset(picture, std::max(1, (std::max(picture.width, picture.height) + 300) / 700));
}

void MarkedPicture::draw_box(const Rect& box, Color color, std::string_view label) {
  if (!std::isfinite(box.x + box.y + box.width + box.height)) return;
  const int scale = picture_.scale();
  const int left = pixel(box.x), top = pixel(box.y);
  const int right = pixel(box.right()), bottom = pixel(box.bottom());
  const int line = 2 * scale;
  picture_.fill(left, top, right - left, line, color);
  picture_.fill(left, bottom - line, right - left, line, color);
  picture_.fill(left, top, line, bottom - top, color);
  picture_.fill(right - line, top, line, bottom - top, color);
  if (label.empty()) return;
  const int text_height = (kGlyphHeight + 2) * scale;
  const int text_left =
      std::clamp(left, 0, std::max(0, picture_.width() - text_width(label) * scale));
  const int text_top = std::max(0, top >= text_height ? top - text_height : top + line);
  picture_.fill(text_left, text_top, (text_width(label) + 1) * scale, text_height, {0, 0, 0});
  picture_.draw_text(text_left + scale, text_top + scale, label, color);
}

}  // namespace eyelid::films
