// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels::neon {
namespace {

#include "eyelid/kernels/warp_patch/grid_range.inc"

// The values of kColumns positions are computed together. Where these lie in kTableRows rows of 16
// source pixels, one table lookup finds all of them.
constexpr int kColumns = 8;
constexpr int kTableWidth = 16;
constexpr int kTableRows = 4;
constexpr int kOne = 65536;  // of WarpGrid

// One coordinate of the positions, x or y, within the source.
struct Positions {
  int32x4_t low, high;
  std::int32_t least;

  Positions(std::int32_t first, std::int32_t step, std::int32_t last) {
    constexpr std::int32_t kLanes[] = {0, 1, 2, 3};
    const int32x4_t zero = vdupq_n_s32(0), end = vdupq_n_s32(last);
    const int32x4_t left = vmlaq_n_s32(vdupq_n_s32(first), vld1q_s32(kLanes), step);
    low = vminq_s32(vmaxq_s32(left, zero), end);
    high = vminq_s32(vmaxq_s32(vaddq_s32(left, vdupq_n_s32(4 * step)), zero), end);
    least = std::clamp(std::min(first, first + (kColumns - 1) * step), 0, last);
  }
  uint16x8_t whole() const {  // pixels
    return vuzp2q_u16(vreinterpretq_u16_s32(low), vreinterpretq_u16_s32(high));
  }
  uint16x8_t fraction() const {  // 1/256
    return vshrq_n_u16(vuzp1q_u16(vreinterpretq_u16_s32(low), vreinterpretq_u16_s32(high)), 8);
  }
};

// Of pairs of pixels, the upper and the lower one of each position, with their right neighbors.
// Those beyond the border have no weight.
uint8x8_t mixed(uint16x8_t upper, uint16x8_t lower, uint16x8_t fx, uint16x8_t fy) {
  // p (256 - f) + q f, 0 .. 65280
  const auto mixed_pairs = [&](uint16x8_t pairs) {
    const uint16x8_t p = vandq_u16(pairs, vdupq_n_u16(255));
    const uint16x8_t q = vshrq_n_u16(pairs, 8);
    return vmlaq_u16(vshlq_n_u16(p, 8), vsubq_u16(q, p), fx);
  };
  const uint16x8_t top = mixed_pairs(upper), below = mixed_pairs(lower);
  const uint16x8_t rest = vsubq_u16(vdupq_n_u16(256), fy);
  const uint32x4_t first = vmlal_u16(
      vmull_u16(vget_low_u16(top), vget_low_u16(rest)), vget_low_u16(below), vget_low_u16(fy));
  const uint32x4_t second = vmlal_high_u16(vmull_high_u16(top, rest), below, fy);
  return vmovn_u16(vcombine_u16(vrshrn_n_u32(first, 16), vrshrn_n_u32(second, 16)));
}

uint8x8_t sample_table(const GrayPixels& source, const Positions& x, const Positions& y) {
  const int left = x.least >> 16;
  const int top = std::min(y.least >> 16, source.height - kTableRows);
  const std::uint8_t* p = source.pixels + top * source.stride + left;
  uint8x16x4_t table;
  for (int i = 0; i < kTableRows; ++i) table.val[i] = vld1q_u8(p + i * source.stride);
  const uint16x8_t column = vsubq_u16(x.whole(), vdupq_n_u16(static_cast<std::uint16_t>(left)));
  const uint16x8_t row = vsubq_u16(y.whole(), vdupq_n_u16(static_cast<std::uint16_t>(top)));
  const uint16x8_t place = vmlaq_n_u16(column, row, kTableWidth);
  // Of a pixel and its neighbor. Below the last row of the table: 0.
  const uint16x8_t pairs = vmlaq_n_u16(vdupq_n_u16(256), place, 257);
  const auto look_up = [&](uint16x8_t places) {
    return vreinterpretq_u16_u8(vqtbl4q_u8(table, vreinterpretq_u8_u16(places)));
  };
  const uint16x8_t lower = look_up(vaddq_u16(pairs, vdupq_n_u16(kTableWidth * 257)));
  return mixed(look_up(pairs), lower, x.fraction(), y.fraction());
}

// Wherever the pixels are.
uint8x8_t sample_one_by_one(const GrayPixels& source, const Positions& x, const Positions& y) {
  std::int32_t at_x[kColumns], at_y[kColumns];
  vst1q_s32(at_x, x.low);
  vst1q_s32(at_x + 4, x.high);
  vst1q_s32(at_y, y.low);
  vst1q_s32(at_y + 4, y.high);
  const int bottom = source.height - 1;
  std::uint16_t upper[kColumns], lower[kColumns];
  for (int i = 0; i < kColumns; ++i) {
    const int row = at_y[i] >> 16;
    const std::uint8_t* p = source.pixels + row * source.stride + (at_x[i] >> 16);
    std::memcpy(upper + i, p, 2);
    std::memcpy(lower + i, row < bottom ? p + source.stride : p, 2);
  }
  return mixed(vld1q_u16(upper), vld1q_u16(lower), x.fraction(), y.fraction());
}

template <auto sample>
void warp_by(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  const int right = (source.width - 1) * kOne, bottom = (source.height - 1) * kOne;
  for (int row = 0; row < target.height; ++row) {
    std::uint8_t* pixels = target.pixels + row * target.stride;
    const auto x = static_cast<std::int32_t>(grid.x0 - std::int64_t{grid.b} * row);
    const auto y = static_cast<std::int32_t>(grid.y0 + std::int64_t{grid.a} * row);
    for (int column = 0; column < target.width; column += kColumns) {
      const uint8x8_t values = sample(source,
                                      Positions(x + grid.a * column, grid.a, right),
                                      Positions(y + grid.b * column, grid.b, bottom));
      if (target.is_mirrored) {
        vst1_u8(pixels + target.width - kColumns - column, vrev64_u8(values));
      } else {
        vst1_u8(pixels + column, values);
      }
    }
  }
}

// Sums of `factor` rows, 16 columns.
uint16x8x2_t column_sums(const std::uint8_t* rows, std::ptrdiff_t stride, int factor) {
  uint16x8x2_t sums = {{vdupq_n_u16(0), vdupq_n_u16(0)}};
  for (int y = 0; y < factor; ++y) {
    const uint8x16_t pixels = vld1q_u8(rows + y * stride);
    sums.val[0] = vaddw_u8(sums.val[0], vget_low_u8(pixels));
    sums.val[1] = vaddw_high_u8(sums.val[1], pixels);
  }
  return sums;
}

}  // namespace

void warp_patch(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  // Pixel offsets must fit 32 bits as well.
  if (source.stride * source.height >= kLimit ||
      !fits_32_bits(source, grid, target.width, target.height)) {
    return scalar::warp_patch(source, grid, target);
  }
  constexpr int kSteepest = 8 * kOne;  // far more than a table holds, and no overflow below
  // Pixels from the least position to the greatest, with the one that the fraction reaches.
  const auto extent = [&](std::int32_t step) {
    return (kColumns - 1) * std::min(std::abs(step), kSteepest) / kOne + 3;
  };
  if (extent(grid.a) <= kTableWidth && extent(grid.b) <= kTableRows &&
      source.height >= kTableRows) {
    warp_by<sample_table>(source, grid, target);
  } else {
    warp_by<sample_one_by_one>(source, grid, target);
  }
}

void shrink_row(const std::uint8_t* rows,
                std::ptrdiff_t stride,
                int factor,
                int block_count,
                std::uint8_t* target) {
  int done = 0;
  // Sums of columns, then of neighbors.
  if (factor == 2) {
    for (; done + 8 <= block_count; done += 8) {
      const uint16x8x2_t sums = column_sums(rows + done * 2, stride, 2);
      vst1_u8(target + done, vrshrn_n_u16(vpaddq_u16(sums.val[0], sums.val[1]), 2));
    }
  } else if (factor == 4) {
    for (; done + 8 <= block_count; done += 8) {
      const uint16x8x2_t left = column_sums(rows + done * 4, stride, 4);
      const uint16x8x2_t right = column_sums(rows + done * 4 + 16, stride, 4);
      const uint16x8_t sums =
          vpaddq_u16(vpaddq_u16(left.val[0], left.val[1]), vpaddq_u16(right.val[0], right.val[1]));
      vst1_u8(target + done, vrshrn_n_u16(sums, 4));
    }
  }
  scalar::shrink_row(rows + done * factor, stride, factor, block_count - done, target + done);
}

}  // namespace eyelid::kernels::neon
