// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "eyelid/core/image.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Small pictures spread evenly over a recording of unknown length, kept while it is read: 16 to 32
/// of a long one, all of a short one. The same for the same recording.
class PictureSample {
 public:
  void consider(const FrameView& picture);
  const std::vector<GrayImage>& pictures() const { return pictures_; }
  /// Pixels of the recording per pixel of the small pictures.
  int shrink_factor() const { return factor_; }

  static constexpr std::size_t kMaxPictures = 32;

 private:
  std::vector<GrayImage> pictures_;
  std::pair<int, int> size_;  // of the pictures that are considered
  std::int64_t considered_ = 0;
  std::int64_t step_ = 1;
  int factor_ = 1;
};

/// A recording whose pictures are sampled while they are read.
class SampledSource final : public video::FrameSource {
 public:
  /// `sample` must outlive this.
  SampledSource(std::unique_ptr<video::FrameSource> source, PictureSample& sample)
      : source_(std::move(source)), sample_(sample) {}

  const SourceInfo& info() const override { return source_->info(); }
  SourceReport report() const override { return source_->report(); }
  bool next(video::Frame& frame) override {
    if (!source_->next(frame)) return false;
    sample_.consider(frame.image);
    return true;
  }

 private:
  std::unique_ptr<video::FrameSource> source_;
  PictureSample& sample_;
};

}  // namespace eyelid::pipeline
