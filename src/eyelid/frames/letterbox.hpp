// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/core/image.hpp"
#include "eyelid/frames/resampler.hpp"

namespace eyelid::frames {

/// Where a frame of this size lies on a square input: aspect ratio kept, centered. Sizes positive.
Placement letterbox_placement(int side, int width, int height);

/// Fits frames of any size into a square detector input: aspect ratio kept, centered, black
/// borders.
///
/// Threads: one per thread. Allocates only when the size of the frame changes.
class Letterbox {
 public:
  /// `side` > 0: width and height of the input in pixels.
  explicit Letterbox(int side);

  /// The input made from this frame; valid until the next call. The frame must not be empty.
  const GrayImage& fit(const FrameView& frame);

  /// Of the last frame, on pixel edges: input = scale * frame + offset.
  const Placement& placement() const { return placement_; }

 private:
  int side_;
  Placement placement_;
  std::optional<Resampler> resampler_;
  GrayImage input_;
};

}  // namespace eyelid::frames
