// SPDX-License-Identifier: MIT
#include "eyelid/films/marked_picture.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/error.hpp"
#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {
namespace {

// Keeps sums of such places inside int.
int pixel(float place) { return static_cast<int>(std::lround(std::clamp(place, -1e6f, 1e6f))); }

}  // namespace

MarkedPicture::MarkedPicture(const FrameView& picture)
    : width_(picture.width),
      height_(picture.height),
      scale_(std::max(1, (std::max(width_, height_) + 300) / 700)) {
  EYELID_EXPECTS(!picture.is_empty());
  pixels_.resize(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  std::uint8_t* out = pixels_.data();
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x, out += 3) out[0] = out[1] = out[2] = picture.row(y)[x];
  }
}

void MarkedPicture::draw_box(const Rect& box, Color color, std::string_view label) {
  if (!std::isfinite(box.x + box.y + box.width + box.height)) return;
  const int left = pixel(box.x), top = pixel(box.y);
  const int right = pixel(box.right()), bottom = pixel(box.bottom());
  const int line = 2 * scale_;
  fill(left, top, right - left, line, color);
  fill(left, bottom - line, right - left, line, color);
  fill(left, top, line, bottom - top, color);
  fill(right - line, top, line, bottom - top, color);
  if (label.empty()) return;
  const int text_height = (kGlyphHeight + 2) * scale_;
  const int text_left = std::clamp(left, 0, std::max(0, width_ - text_width(label) * scale_));
  const int text_top = std::max(0, top >= text_height ? top - text_height : top + line);
  fill(text_left, text_top, (text_width(label) + 1) * scale_, text_height, {0, 0, 0});
  draw_text(text_left + scale_, text_top + scale_, label, color);
}

void MarkedPicture::draw_caption(std::string_view text) {
  const int text_height = (kGlyphHeight + 4) * scale_;
  fill(0, height_ - text_height, width_, text_height, {0, 0, 0});
  draw_text(2 * scale_, height_ - text_height + 2 * scale_, text, {255, 255, 255});
}

RgbView MarkedPicture::view() const {
  return {pixels_.data(), width_, height_, 3 * static_cast<std::ptrdiff_t>(width_)};
}

void MarkedPicture::fill(int left, int top, int width, int height, Color color) {
  const int first = std::max(0, left), end = std::min(width_, left + width);
  for (int y = std::max(0, top); y < std::min(height_, top + height); ++y) {
    std::uint8_t* row =
        pixels_.data() + 3 * static_cast<std::size_t>(y) * static_cast<std::size_t>(width_);
    for (int x = first; x < end; ++x) {
      std::uint8_t* out = row + 3 * static_cast<std::size_t>(x);
      out[0] = color.red;
      out[1] = color.green;
      out[2] = color.blue;
    }
  }
}

void MarkedPicture::draw_text(int left, int top, std::string_view text, Color color) {
  for (const char letter : text) {
    const auto rows = glyph(letter);
    for (int row = 0; row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        if ((rows[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) continue;
        fill(left + column * scale_, top + row * scale_, scale_, scale_, color);
      }
    }
    left += kGlyphAdvance * scale_;
  }
}

}  // namespace eyelid::films
