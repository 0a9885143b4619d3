// SPDX-License-Identifier: MIT
#include "eyelid/films/overlay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "eyelid/films/pixel_font.hpp"

namespace eyelid::films {
namespace {

constexpr int kBarWidth = 42;  // font pixels
constexpr int kStripHeight = 13;

}  // namespace

RgbView OverlayPainter::draw(const FrameView& frame,
                             const EyelidSample& sample,
                             const std::optional<EyeLandmarks>& eyes) {
  picture_.reset(frame, std::max(1, (std::min(frame.height, 3 * frame.width / 4) + 120) / 320));
  const Rect& box = sample.face_box;
  if (std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) &&
      std::isfinite(box.height)) {
    // Dimmed if the points are not trustworthy.
    const Color color = sample.is_valid ? Color{240, 228, 66} : Color{150, 150, 150};
    const Point corners[] = {
        {box.x, box.y}, {box.right(), box.y}, {box.right(), box.bottom()}, {box.x, box.bottom()}};
    for (std::size_t i = 0; i < 4; ++i) {
      draw_line(
          corners[i], corners[(i + 1) % 4], color, 0.7f * static_cast<float>(picture_.scale()));
    }
  }
  if (eyes) {
    draw_lid(eyes->right, {86, 180, 233});
    draw_lid(eyes->left, {230, 159, 0});
  }
  draw_strip(sample);
  return picture_.view();
}

// Anti-aliased: opacity is how deep a pixel's center lies inside the stroke. Walks along the longer
// axis, so that a line costs its visible length, however far outside it begins.
void OverlayPainter::draw_line(Point from, Point to, Color color, float width_px) {
  const Point step = to - from;
  const bool is_steep = std::abs(step.y) > std::abs(step.x);
  if (is_steep ? from.y > to.y : from.x > to.x) std::swap(from, to);
  const float along_begin = is_steep ? from.y : from.x;
  const float along_end = is_steep ? to.y : to.x;
  const float limit = static_cast<float>(is_steep ? picture_.height() : picture_.width());
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
      if (share > 0.0f)
        picture_.blend(is_steep ? across : along, is_steep ? along : across, color, share);
    }
  }
}

void OverlayPainter::draw_lid(const EyePoints& lid, Color color) {
  for (const Point& point : lid) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) return;
  }
  const float width_px = 0.6f * static_cast<float>(picture_.scale());
  for (std::size_t i = 0; i < lid.size(); ++i) {
    draw_line(lid[i], lid[(i + 1) % lid.size()], color, width_px);
  }
  for (const Point& point : lid) {
    const Point half{0.6f * width_px, 0.0f};
    draw_line(point - half, point + half, {255, 255, 255}, 1.6f * width_px);
  }
}

// Name, bar from 0 to 1, value. Returns where the next item may begin.
int OverlayPainter::draw_bar(int left, int top, std::string_view name, float fec, Color color) {
  const int scale = picture_.scale();
  picture_.draw_text(left, top, name, color);
  left += (text_width(name) + 3) * scale;
  picture_.fill(left, top, kBarWidth * scale, kGlyphHeight * scale, {90, 90, 90});
  const bool is_known = std::isfinite(fec);
  if (is_known) {
    const float share = std::clamp(fec, 0.0f, 1.0f);
    picture_.fill(left,
                  top,
                  static_cast<int>(std::lround(share * static_cast<float>(kBarWidth * scale))),
                  kGlyphHeight * scale,
                  color);
  }
  left += (kBarWidth + 4) * scale;
  const std::string figure =
      is_known ? fmt::format("{:5.2f}", std::clamp(static_cast<double>(fec), -9.0, 9.0)) : "  -  ";
  picture_.draw_text(left, top, figure, {255, 255, 255});
  return left + (text_width(figure) + 8) * scale;
}

void OverlayPainter::draw_strip(const EyelidSample& sample) {
  const int scale = picture_.scale();
  const int top = picture_.height() - kStripHeight * scale;
  picture_.fill(0, top, picture_.width(), kStripHeight * scale, {0, 0, 0}, 0.72f);
  const int text_top = top + 3 * scale;
  int left = 4 * scale;
  left = draw_bar(left, text_top, "R", sample.fec.right, {86, 180, 233});
  left = draw_bar(left, text_top, "L", sample.fec.left, {230, 159, 0});
  const std::string clock =
      fmt::format("{:.3f} s  {}{}",
                  std::isfinite(sample.time_s) ? sample.time_s : 0.0,
                  sample.frame,
                  sample.is_interpolated ? "  filled" : (sample.is_valid ? "" : "  lost"));
  picture_.draw_text(left, text_top, clock, {220, 220, 220});
}

}  // namespace eyelid::films
