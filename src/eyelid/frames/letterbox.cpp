// SPDX-License-Identifier: MIT
#include "eyelid/frames/letterbox.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"

namespace eyelid::frames {

Letterbox::Letterbox(int side) : side_(side) { EYELID_EXPECTS(side > 0); }

const GreyImage& Letterbox::fit(const FrameView& frame) {
  EYELID_EXPECTS(!frame.is_empty());
  const bool is_prepared = resampler_ && resampler_->source_width() == frame.width &&
                           resampler_->source_height() == frame.height;
  if (!is_prepared) {
    const double scale = static_cast<double>(side_) / std::max(frame.width, frame.height);
    placement_ = {scale, (side_ - scale * frame.width) / 2, (side_ - scale * frame.height) / 2};
    resampler_.emplace(frame.width, frame.height, side_, side_, placement_);
  }
  resampler_->run(frame, input_);
  return input_;
}

}  // namespace eyelid::frames
