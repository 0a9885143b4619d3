// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::camera {

/// Pictures of one size that repeat without end. Threads: one caller.
class PictureLoop {
 public:
  struct Picture {
    FrameView view;          // until the next call
    bool came_late = false;  // was not ready and had to be waited for
  };
  virtual ~PictureLoop() = default;
  virtual int width() const = 0;
  virtual int height() const = 0;
  /// The picture of frame `number`, which only grows.
  virtual Picture picture(std::uint64_t number) = 0;
};

/// All of them in memory: never late.
class PicturesInMemory final : public PictureLoop {
 public:
  /// At least one, all of one size.
  explicit PicturesInMemory(std::vector<GrayImage> pictures) : pictures_(std::move(pictures)) {}
  int width() const override { return pictures_.front().width(); }
  int height() const override { return pictures_.front().height(); }
  Picture picture(std::uint64_t number) override {
    return {pictures_[static_cast<std::size_t>(number % pictures_.size())].view()};
  }

 private:
  std::vector<GrayImage> pictures_;
};

}  // namespace eyelid::camera
