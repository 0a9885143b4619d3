// SPDX-License-Identifier: MIT
#include "eyelid/frames/letterbox.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::frames {

Placement letterbox_placement(int side, int width, int height) {
  EYELID_EXPECTS(side > 0 && width > 0 && height > 0);
  const double scale = static_cast<double>(side) / std::max(width, height);
  return {scale, (side - scale * width) / 2, (side - scale * height) / 2};
}

Letterbox::Letterbox(int side) : side_(side) { EYELID_EXPECTS(side > 0); }

const GrayImage& Letterbox::fit(const FrameView& frame) {
  EYELID_EXPECTS(!frame.is_empty());
  const bool is_prepared = resampler_ && resampler_->source_width() == frame.width &&
                           resampler_->source_height() == frame.height;
  if (!is_prepared) {
    placement_ = letterbox_placement(side_, frame.width, frame.height);
    resampler_.emplace(frame.width, frame.height, side_, side_, placement_);
  }
  resampler_->run(frame, input_);
  return input_;
}

}  // namespace eyelid::frames
