// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/face.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

/// Draws the measurement over a frame: face box, lid contours, and a strip at the bottom with
/// frame, time, and a closure bar for each eye (right blue, left orange).
///
/// The picture has the size of the frame; lines and letters scale with its height. Memory is reused
/// from frame to frame. Threads: one at a time.
class OverlayPainter {
 public:
  /// The view is valid until the next call. `eyes` in frame pixels; absent if there was no face.
  /// The frame must not be empty.
  RgbView draw(const FrameView& frame,
               const EyelidSample& sample,
               const std::optional<EyeLandmarks>& eyes);

 private:
  void draw_line(Point from, Point to, Color color, float width_px);
  void draw_lid(const EyePoints& lid, Color color);
  int draw_bar(int left, int top, std::string_view name, float fec, Color color);
  void draw_strip(const EyelidSample& sample);

  RgbPicture picture_;
};

}  // namespace eyelid::films
