// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

namespace eyelid::kernels {

/// A gray image as the kernels see it; see FrameView for the slack behind the last pixel.
struct GrayPixels {
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

/// Where the samples go. Width is a multiple of 8; `is_mirrored` writes rows from right to left.
struct WarpTarget {
  std::uint8_t* pixels;
  std::ptrdiff_t stride;
  int width;
  int height;
  bool is_mirrored;
};

/// target(row, column) = source at position(column, row), bilinear with weights of 1/256, rounded:
///   (top (256 - fy) + bottom fy + 32768) >> 16,  top = p00 (256 - fx) + p01 fx, bottom alike.
///
/// Positions outside the source are clamped to its border. Integers only: every instruction set
/// gives the same bytes.
using WarpPatch = void(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target);

/// target[i] = mean of the factor x factor pixels from column i * factor on, rounded half up, for
/// i < block_count. `rows` points at the first of `factor` rows; factor is 1 .. 128.
using ShrinkRow = void(const std::uint8_t* rows,
                       std::ptrdiff_t stride,
                       int factor,
                       int block_count,
                       std::uint8_t* target);

struct WarpKernels {
  const char* isa;      // "scalar", "x86_avx2", ...
  std::uint32_t needs;  // compute::CpuFeature bits
  WarpPatch* warp_patch;
  ShrinkRow* shrink_row;
};

KernelList<WarpKernels> warp_kernels();

/// The whole source, shrunk: ceil(width / factor) x ceil(height / factor) means; at the right and
/// lower border of the pixels that exist.
void shrink_by_mean(const WarpKernels& kernels,
                    const GrayPixels& source,
                    int factor,
                    std::uint8_t* target,
                    std::ptrdiff_t target_stride);

/// Declares the functions of one instruction set.
#define EYELID_WARP_KERNELS(isa) \
  namespace isa {                \
  WarpPatch warp_patch;          \
  ShrinkRow shrink_row;          \
  }
EYELID_WARP_KERNELS(scalar)
EYELID_WARP_KERNELS(avx2)
EYELID_WARP_KERNELS(avx512_vbmi)  // warp_patch only
EYELID_WARP_KERNELS(neon)

}  // namespace eyelid::kernels
