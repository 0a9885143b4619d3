// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// A recording for a film, whose pictures must all be of one size: next() throws InputError at the
/// first that differs, long before the film is written.
class OneSizeSource : public video::FrameSource {
 public:
  explicit OneSizeSource(std::unique_ptr<video::FrameSource> source) : source_(std::move(source)) {}

  const SourceInfo& info() const override { return source_->info(); }
  SourceReport report() const override { return source_->report(); }
  bool next(video::Frame& frame) override;

  /// Of the first frame; 0 before it.
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  std::unique_ptr<video::FrameSource> source_;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace eyelid::pipeline
