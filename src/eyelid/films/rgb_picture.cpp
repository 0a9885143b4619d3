// SPDX-License-Identifier: MIT
#include "eyelid/films/rgb_picture.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {

void RgbPicture::reset(const FrameView& gray, int scale) {
  EYELID_EXPECTS(!gray.is_empty());
  width_ = gray.width;
  height_ = gray.height;
  scale_ = scale;
  pixels_.resize(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  std::uint8_t* out = pixels_.data();
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x, out += 3) out[0] = out[1] = out[2] = gray.row(y)[x];
  }
}

RgbView RgbPicture::view() const {
  return {pixels_.data(), width_, height_, 3 * static_cast<std::ptrdiff_t>(width_)};
}

void RgbPicture::blend(int x, int y, Color color, float opacity) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::uint8_t* pixel =
      pixels_.data() + 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                            static_cast<std::size_t>(x));
  const auto mix = [opacity](std::uint8_t below, std::uint8_t above) {
    return static_cast<std::uint8_t>(static_cast<float>(below) * (1.0f - opacity) +
                                     static_cast<float>(above) * opacity + 0.5f);
  };
  pixel[0] = mix(pixel[0], color.red);
  pixel[1] = mix(pixel[1], color.green);
  pixel[2] = mix(pixel[2], color.blue);
}

void RgbPicture::fill(int left, int top, int width, int height, Color color, float opacity) {
  for (int y = std::max(0, top); y < std::min(height_, top + height); ++y) {
    for (int x = std::max(0, left); x < std::min(width_, left + width); ++x) {
      blend(x, y, color, opacity);
    }
  }
}

void RgbPicture::draw_text(int left, int top, std::string_view text, Color color) {
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
