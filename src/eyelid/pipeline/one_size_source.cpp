// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/one_size_source.hpp"

#include <fmt/format.h>

#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {

bool OneSizeSource::next(video::Frame& frame) {
  if (!source_->next(frame)) return false;
  const int width = frame.image.width();
  const int height = frame.image.height();
  if (width_ == 0) {
    width_ = width;
    height_ = height;
  }
  if (width == width_ && height == height_) return true;
  throw InputError(
      fmt::format("{}: frame {} is {} x {} pixels, expected {} x {} as before it (an "
                  "overlay has one size)",
                  source_->info().path,
                  frame.index,
                  width,
                  height,
                  width_,
                  height_));
}

}  // namespace eyelid::pipeline
