// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "eyelid/core/image.hpp"

namespace eyelid::frames {

/// A part of a frame, in whole pixels.
struct PixelWindow {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// Scaled copies of parts of one frame by averages over boxes of whole pixels: target pixel i of n
/// is the mean of source pixels floor(i size / n) .. ceil((i + 1) size / n) - 1, whether it shrinks
/// or grows. Neighboring boxes may share a pixel. Sums are exact; results are floats, not rounded
/// to gray levels.
///
/// One pass sums up the frame, then every target pixel costs four look-ups, whatever its box holds.
/// A box may hold up to 2^24 pixels. Threads: one per thread. Allocates only for larger frames or
/// targets than any before.
///
/// Source: adaptive average pooling, `interpolate(mode="area")` of PyTorch; Crow, "Summed-area
/// tables for texture mapping", SIGGRAPH 1984.
class AreaAverage {
 public:
  /// Sums up a frame, which need not live any longer.
  void set_frame(const FrameView& frame);

  int frame_width() const { return width_; }
  int frame_height() const { return height_; }

  /// What the next rows are of: `window`, which lies inside the frame and is not empty, scaled to
  /// target_width x target_height; values become (mean - offset) * scale.
  void select(
      const PixelWindow& window, int target_width, int target_height, float offset, float scale);

  /// Columns first, first + every, first + 2 every, ... of target row y, `step` floats apart.
  void write_columns(int y, int first, int every, float* target, std::ptrdiff_t step) const;

 private:
  const std::uint32_t* sums_above(int y) const { return sums_.data() + y * pitch_; }

  int width_ = 0, height_ = 0;
  std::ptrdiff_t pitch_ = 0;
  /// (height + 1, width + 1): sum of the pixels above and left, modulo 2^32: differences are exact.
  std::vector<std::uint32_t> sums_;

  struct Column {
    std::int32_t begin, end;
    float factor;  // scale over the number of columns
  };
  PixelWindow window_;
  int target_width_ = 0, target_height_ = 0;
  float shift_ = 0.0f;
  std::vector<Column> columns_;
};

}  // namespace eyelid::frames
