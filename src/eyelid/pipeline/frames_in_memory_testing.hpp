// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Pictures as a recording, of 500 frames per second unless told; the second frame is suspect.
class FramesInMemory final : public video::FrameSource {
 public:
  explicit FramesInMemory(const std::vector<GrayImage>& images, double step_s = 0.002)
      : images_(images), step_s_(step_s) {}
  const SourceInfo& info() const override { return info_; }
  bool next(video::Frame& frame) override {
    if (next_ == images_.size()) return false;
    frame.index = static_cast<std::int64_t>(next_);
    frame.time_s = step_s_ * static_cast<double>(next_);
    frame.is_suspect = next_ == 1;
    frame.image = images_[next_++].copy();
    return true;
  }
  SourceReport report() const override { return {}; }

 private:
  const std::vector<GrayImage>& images_;
  double step_s_;
  std::size_t next_ = 0;
  SourceInfo info_;
};

}  // namespace eyelid::pipeline
