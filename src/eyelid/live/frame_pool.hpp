// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::live {

/// A frame of a camera in our own memory, for whoever still needs it.
struct CapturedFrame {
  std::int64_t number = 0;      // the camera's count, from 0, losses counted
  std::int64_t index = 0;       // among the complete ones: its row in frames.csv
  std::int64_t time_ns = 0;     // of its exposure on the camera's clock, from that of frame 0
  std::int64_t arrival_ns = 0;  // monotonic_ns()
  GrayImage image;
};
using CapturedFramePtr = std::shared_ptr<const CapturedFrame>;

/// Recycles the memory of frames: the camera's own buffers go back at once, however long the
/// slowest reader takes. Threads: any; frames may outlive the pool.
class FramePool {
 public:
  /// All memory is touched now, so that no frame waits for it later.
  FramePool(std::size_t frames, int width, int height) : free_(std::make_shared<Free>()) {
    for (std::size_t i = 0; i < frames; ++i) {
      auto frame = std::make_unique<CapturedFrame>();
      frame->image.resize(width, height);
      for (int y = 0; y < height; ++y) {
        std::fill_n(frame->image.row(y), width, std::uint8_t{0});
      }
      free_->frames.push_back(std::move(frame));
    }
  }

  /// A frame to be filled; null while all are in use.
  std::shared_ptr<CapturedFrame> take() {
    const std::lock_guard lock(free_->mutex);
    if (free_->frames.empty()) return nullptr;
    CapturedFrame* frame = free_->frames.back().release();
    free_->frames.pop_back();
    return {frame, [free = free_](CapturedFrame* used) {
              const std::lock_guard return_lock(free->mutex);
              free->frames.emplace_back(used);
            }};
  }

 private:
  struct Free {
    std::mutex mutex;
    std::vector<std::unique_ptr<CapturedFrame>> frames;
  };
  std::shared_ptr<Free> free_;
};

}  // namespace eyelid::live
