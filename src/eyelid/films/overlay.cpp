// SPDX-License-Identifier: MIT
#include "eyelid/films/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {
namespace {

constexpr int kBarWidth = 42;  // font pixels
constexpr int kStripHeight = 13;

}  // namespace

RgbView OverlayPainter::draw(const FrameView& frame,
                             const EyelidSample& sample,
                             const std::optional<EyeLandmarks>& eyes) {
  EYELID_EXPECTS(!frame.is_empty());
  width_ = frame.width;
  height_ = frame.height;
  scale_ = std::max(1, (std::min(height_, 3 * width_ / 4) + 120) / 320);
  pixels_.resize(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  std::uint8_t* out = pixels_.data();
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x, out += 3) out[0] = out[1] = out[2] = frame.row(y)[x];
  }

  const Rect& box = sample.face_box;
  if (std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) &&
      std::isfinite(box.height)) {
    // Dimmed where the points were not trusted.
    const Color color = sample.is_valid ? Color{240, 228, 66} : Color{150, 150, 150};
    const Point corners[] = {
        {box.x, box.y}, {box.right(), box.y}, {box.right(), box.bottom()}, {box.x, box.bottom()}};
    for (std::size_t i = 0; i < 4; ++i) {
      draw_line(corners[i], corners[(i + 1) % 4], color, 0.7f * static_cast<float>(scale_));
    }
  }
  if (eyes) {
    draw_lid(eyes->right, {86, 180, 233});
    draw_lid(eyes->left, {230, 159, 0});
  }
  draw_strip(sample);
  return {pixels_.data(), width_, height_, 3 * static_cast<std::ptrdiff_t>(width_)};
}

void OverlayPainter::blend(int x, int y, Color color, float share) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::uint8_t* pixel =
      pixels_.data() + 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                            static_cast<std::size_t>(x));
  const auto mix = [share](std::uint8_t below, std::uint8_t above) {
    return static_cast<std::uint8_t>(static_cast<float>(below) * (1.0f - share) +
                                     static_cast<float>(above) * share + 0.5f);
  };
  pixel[0] = mix(pixel[0], color.red);
  pixel[1] = mix(pixel[1], color.green);
  pixel[2] = mix(pixel[2], color.blue);
}

// Covers every pixel by how deep its center lies inside the stroke. Walks along the longer axis,
// so a line costs its length, however far outside it begins.
void OverlayPainter::draw_line(Point from, Point to, Color color, float width_px) {
  const Point step = to - from;
  const bool is_steep = std::abs(step.y) > std::abs(step.x);
  if (is_steep ? from.y > to.y : from.x > to.x) std::swap(from, to);
  const float along_begin = is_steep ? from.y : from.x;
  const float along_end = is_steep ? to.y : to.x;
  const float limit = static_cast<float>(is_steep ? height_ : width_);
  const float across_slope =
      along_end > along_begin
          ? ((is_steep ? to.x - from.x : to.y - from.y)) / (along_end - along_begin)
          : 0.0f;
  const float half = 0.5f * width_px * std::sqrt(1.0f + across_slope * across_slope);
  if (!(along_begin < limit) || !(along_end > -1.0f) || !std::isfinite(across_slope)) return;
  const int first = static_cast<int>(std::max(0.0f, std::round(along_begin)));
  const int last = static_cast<int>(std::min(limit - 1.0f, std::round(along_end)));
  for (int along = first; along <= last; ++along) {
    const float center =
        (is_steep ? from.x : from.y) + across_slope * (static_cast<float>(along) - along_begin);
    if (!(std::abs(center) < 1e6f)) continue;
    const int reach = static_cast<int>(half) + 2;
    const int middle = static_cast<int>(std::lround(center));
    for (int across = middle - reach; across <= middle + reach; ++across) {
      const float depth = half + 0.5f - std::abs(static_cast<float>(across) - center);
      const float share = std::clamp(depth, 0.0f, 1.0f);
      if (share > 0.0f) blend(is_steep ? across : along, is_steep ? along : across, color, share);
    }
  }
}

void OverlayPainter::draw_lid(const EyePoints& lid, Color color) {
  for (const Point& point : lid) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) return;
  }
  const float width_px = 0.6f * static_cast<float>(scale_);
  for (std::size_t i = 0; i < lid.size(); ++i) {
    draw_line(lid[i], lid[(i + 1) % lid.size()], color, width_px);
  }
  for (const Point& point : lid) {
    const Point half{0.6f * width_px, 0.0f};
    draw_line(point - half, point + half, {255, 255, 255}, 1.6f * width_px);
  }
}

void OverlayPainter::fill(int left, int top, int width, int height, Color color, float share) {
  for (int y = std::max(0, top); y < std::min(height_, top + height); ++y) {
    for (int x = std::max(0, left); x < std::min(width_, left + width); ++x) {
      blend(x, y, color, share);
    }
  }
}

void OverlayPainter::draw_text(int left, int top, std::string_view text, Color color) {
  for (const char letter : text) {
    const auto rows = glyph(letter);
    for (int row = 0; row < kGlyphHeight; ++row) {
      for (int column = 0; column < kGlyphWidth; ++column) {
        if ((rows[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) == 0) continue;
        fill(left + column * scale_, top + row * scale_, scale_, scale_, color, 1.0f);
      }
    }
    left += kGlyphAdvance * scale_;
  }
}

// Name, bar from 0 to 1, figure. Returns where the next thing may begin.
int OverlayPainter::draw_bar(int left, int top, std::string_view name, float fec, Color color) {
  draw_text(left, top, name, color);
  left += (text_width(name) + 3) * scale_;
  fill(left, top, kBarWidth * scale_, kGlyphHeight * scale_, {90, 90, 90}, 1.0f);
  const bool is_known = std::isfinite(fec);
  if (is_known) {
    const float share = std::clamp(fec, 0.0f, 1.0f);
    fill(left,
         top,
         static_cast<int>(std::lround(share * static_cast<float>(kBarWidth * scale_))),
         kGlyphHeight * scale_,
         color,
         1.0f);
  }
  left += (kBarWidth + 4) * scale_;
  const std::string figure =
      is_known ? fmt::format("{:5.2f}", std::clamp(static_cast<double>(fec), -9.0, 9.0)) : "  -  ";
  draw_text(left, top, figure, {255, 255, 255});
  return left + (text_width(figure) + 8) * scale_;
}

void OverlayPainter::draw_strip(const EyelidSample& sample) {
  const int top = height_ - kStripHeight * scale_;
  fill(0, top, width_, kStripHeight * scale_, {0, 0, 0}, 0.72f);
  const int text_top = top + 3 * scale_;
  int left = 4 * scale_;
  left = draw_bar(left, text_top, "R", sample.fec.right, {86, 180, 233});
  left = draw_bar(left, text_top, "L", sample.fec.left, {230, 159, 0});
  const std::string clock =
      fmt::format("{:.3f} s  {}{}",
                  std::isfinite(sample.time_s) ? sample.time_s : 0.0,
                  sample.frame,
                  sample.is_interpolated ? "  filled" : (sample.is_valid ? "" : "  lost"));
  draw_text(left, text_top, clock, {220, 220, 220});
}

}  // namespace eyelid::films
