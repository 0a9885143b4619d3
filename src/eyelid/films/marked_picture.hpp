// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

/// A gray picture to draw labeled boxes on. Lines and letters scale with its size. What lies
/// outside the picture is clipped. The picture must not be empty.
class MarkedPicture {
 public:
  explicit MarkedPicture(const FrameView& picture);

  /// Draws the outline, inside the box, and a label above it (inside if there is no room above).
  /// Box coordinates are pixel edges.
  void draw_box(const Rect& box, Color color, std::string_view label = {});
  RgbView view() const { return picture_.view(); }

 private:
  RgbPicture picture_;
};

}  // namespace eyelid::films
