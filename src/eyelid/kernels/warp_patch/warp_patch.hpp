// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace eyelid::kernels {

/// A grey image as the kernels see it; see FrameView for the slack behind the last pixel.
struct GreyPixels {
  const std::uint8_t* pixels;
  std::ptrdiff_t stride;  // bytes
  int width;
  int height;
};

/// A rotated, scaled grid of sample positions, in 1/65536 of a source pixel:
/// position(column, row) = (x0 + a column - b row, y0 + b column + a row).
struct WarpGrid {
  std::int64_t x0, y0;
  std::int32_t a, b;
};

/// target(row, column) = source at position(column, row), bilinear with weights of 1/256, rounded:
///   (top (256 - fy) + bottom fy + 32768) >> 16,  top = p00 (256 - fx) + p01 fx, bottom alike.
///
/// Positions outside the source are clamped to its border. `is_mirrored` writes each row from right
/// to left. Width is a multiple of 8. Integers only: every instruction set gives the same bytes.
void warp_patch(const GreyPixels& source,
                const WarpGrid& grid,
                bool is_mirrored,
                int width,
                int height,
                std::uint8_t* target,
                std::ptrdiff_t target_stride);

/// target(row, column) = mean of the factor x factor source pixels from (column, row) * factor on,
/// rounded half up; at the right and lower border the mean of those that exist.
///
/// Target is ceil(source.width / factor) wide, likewise high. Factor 1 .. 128. `sums` holds
/// source.width + 64 numbers of scratch.
void shrink_by_mean(const GreyPixels& source,
                    int factor,
                    std::uint16_t* sums,
                    std::uint8_t* target,
                    std::ptrdiff_t target_stride);

namespace scalar {
void warp_patch(const GreyPixels& source,
                const WarpGrid& grid,
                bool is_mirrored,
                int width,
                int height,
                std::uint8_t* target,
                std::ptrdiff_t target_stride);
}  // namespace scalar

}  // namespace eyelid::kernels
