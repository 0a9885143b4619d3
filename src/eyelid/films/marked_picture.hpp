// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "eyelid/core/geometry.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/films/rgb_picture.hpp"

namespace eyelid::films {

/// A gray picture in color, to draw boxes and words on. Lines and letters grow with its size.
/// What lies outside the picture is not drawn. The picture must not be empty.
class MarkedPicture {
 public:
  explicit MarkedPicture(const FrameView& picture);

  /// The outline, inside the box, and a word above it (inside where there is no room above). The
  /// box lies on pixel edges.
  void draw_box(const Rect& box, Color color, std::string_view label = {});
  RgbView view() const { return picture_.view(); }

 private:
  RgbPicture picture_;
};

}  // namespace eyelid::films
