// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eyelid/compute/aligned_buffer.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::frames {

/// Where the source lies on the target: target = scale * source + offset, measured on pixel edges
/// (the left edge of the first pixel is 0).
struct Placement {
  double scale = 1.0;
  double offset_x = 0.0;
  double offset_y = 0.0;
};

/// Draws a scaled copy of a gray image on black: area averages when it shrinks, bilinear when it
/// grows. A pixel partly covered by the source is darkened in proportion.
///
/// Fixed-point integers: the same pixels on every processor; every weight within 2^-14, every pixel
/// within 1 gray level of exact arithmetic. Prepared for one pair of sizes.
///
/// Threads: one per thread. run() allocates nothing.
class Resampler {
 public:
  /// Sizes positive, scale positive.
  Resampler(int source_width,
            int source_height,
            int target_width,
            int target_height,
            const Placement& placement);

  /// `source` must have the size given at construction. `target` is resized.
  void run(const FrameView& source, GrayImage& target);

  /// The weights behind run(), for code that resamples elsewhere (gpu/). Target row y is made of
  /// rows[y].count source rows from rows[y].first on, weights from row_weights[weights_begin];
  /// target column x of column_tap_count columns from column_first[x] on.
  struct RowTaps {
    std::int32_t first = 0;
    std::int32_t count = 0;  // 0 = a black row
    std::size_t weights_begin = 0;
  };
  struct Tables {
    std::span<const RowTaps> rows;
    std::span<const std::int16_t> row_weights;
    std::span<const std::int32_t> column_first;
    std::span<const std::int16_t> column_weights;  // (columns, column_tap_count)
    std::size_t column_tap_count;
  };
  Tables tables() const {
    return {row_taps_,
            row_weights_,
            column_first_,
            column_weights_,
            static_cast<std::size_t>(column_tap_count_)};
  }

  int source_width() const { return source_width_; }
  int source_height() const { return source_height_; }

 private:
  int source_width_ = 0;
  int source_height_ = 0;
  int target_width_ = 0;
  int target_height_ = 0;
  const kernels::ResizeKernels* kernels_ = nullptr;

  std::vector<RowTaps> row_taps_;           // (target_height)
  std::vector<std::int16_t> row_weights_;   //
  std::vector<std::int32_t> column_first_;  // (target_width, padded to a multiple of 4)
  std::vector<std::int16_t> column_weights_;
  std::ptrdiff_t column_tap_count_ = 0;
  compute::AlignedBuffer<std::int16_t> column_;  // one row after the vertical half
};

}  // namespace eyelid::frames
