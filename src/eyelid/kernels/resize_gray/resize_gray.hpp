// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "eyelid/kernels/kernel_list.hpp"

namespace eyelid::kernels {

/// Weights are fixed point: kResizeOne stands for 1.
inline constexpr int kResizeOne = 1 << 14;
/// weigh_rows reads and writes whole blocks of this many pixels.
inline constexpr std::ptrdiff_t kResizeBlock = 32;
/// weigh_columns reads taps in groups of this many.
inline constexpr std::ptrdiff_t kResizeTapGroup = 8;

/// Vertical half of a separable resize, one target row:
///   column[x] = (sum over k of weights[k] * source[k * stride + x] + 64) >> 7,  0 <= x < width
///
/// row_count >= 1; an odd number of weights is followed by a 0. Weights are >= 0, their sum is at
/// most kResizeOne, so column holds 0 .. 32640. Reads and writes up to the next multiple of
/// kResizeBlock behind width. Integers: the same result on every instruction set.
using WeighRows = void(const std::uint8_t* source,
                       std::ptrdiff_t stride,
                       const std::int16_t* weights,
                       std::ptrdiff_t row_count,
                       std::ptrdiff_t width,
                       std::int16_t* column);

/// Horizontal half, one target row:
///   target[i] = (sum over k < tap_count of weights[i * tap_count + k] * column[first[i] + k]
///                + 2^20) >> 21,  0 <= i < target_width
///
/// tap_count is a multiple of kResizeTapGroup (pad with weight 0; column must be readable there),
/// target_width a multiple of 4. Same weights and exactness as WeighRows.
using WeighColumns = void(const std::int16_t* column,
                          const std::int32_t* first,
                          const std::int16_t* weights,
                          std::ptrdiff_t tap_count,
                          std::ptrdiff_t target_width,
                          std::uint8_t* target);

struct ResizeKernels {
  const char* isa;      // "scalar", "x86_avx2", ...
  std::uint32_t needs;  // compute::CpuFeature bits
  WeighRows* weigh_rows;
  WeighColumns* weigh_columns;
};

KernelList<ResizeKernels> resize_kernels();

/// Declares the two functions of one instruction set.
#define EYELID_RESIZE_KERNELS(isa) \
  namespace isa {                  \
  WeighRows weigh_rows;            \
  WeighColumns weigh_columns;      \
  }
EYELID_RESIZE_KERNELS(scalar)
EYELID_RESIZE_KERNELS(avx2)
EYELID_RESIZE_KERNELS(neon)

}  // namespace eyelid::kernels
