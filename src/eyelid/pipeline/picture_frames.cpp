// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/picture_frames.hpp"

#include <functional>
#include <queue>
#include <vector>

#include "eyelid/pipeline/blink_pictures.hpp"

namespace eyelid::pipeline {

PictureFrames::PictureFrames(const std::filesystem::path& folder,
                             BlinkSpool& blinks,
                             std::span<const std::int64_t> others)
    : frames_(folder) {
  // Frames of the blinks so far that a later blink might still precede.
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> pending(
      std::greater<>(), {others.begin(), others.end()});
  std::int64_t last = -1;
  const auto settle = [&](std::optional<std::int64_t> until) {
    for (; !pending.empty() && (!until || pending.top() < *until); pending.pop()) {
      if (pending.top() > last) frames_.append(last = pending.top());
    }
  };
  Blink blink;
  blinks.rewind();
  while (blinks.next(blink)) {
    for (const std::int64_t frame : frames_of_pictures(blink)) pending.push(frame);
    settle(frames_of_pictures(blink).front());
  }
  settle(std::nullopt);
}

bool PictureFrames::contains(std::int64_t frame) {
  std::int64_t listed = 0;
  while (!next_ || *next_ < frame) {
    if (!frames_.next(listed)) return false;
    next_ = listed;
  }
  return *next_ == frame;
}

}  // namespace eyelid::pipeline
