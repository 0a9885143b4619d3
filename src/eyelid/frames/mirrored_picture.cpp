// SPDX-License-Identifier: MIT
#include "eyelid/frames/mirrored_picture.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::frames {

int MirroredPicture::columns_beyond(const FrameView& frame) {
  return std::min(frame.width, (frame.height + 1) / 2);
}

FrameView MirroredPicture::extend(const FrameView& frame, SideEdge edge) {
  EYELID_EXPECTS(!frame.is_empty());
  const int beyond = columns_beyond(frame);
  const int first = first_column(frame, edge);
  picture_.resize(frame.width + beyond, frame.height);
  for (int y = 0; y < frame.height; ++y) {
    const std::uint8_t* from = frame.row(y);
    std::uint8_t* to = picture_.row(y);
    std::copy_n(from, frame.width, to + first);
    if (edge == SideEdge::Left) {
      std::reverse_copy(from, from + beyond, to);
    } else {
      std::reverse_copy(from + frame.width - beyond, from + frame.width, to + frame.width);
    }
  }
  return picture_;
}

}  // namespace eyelid::frames
