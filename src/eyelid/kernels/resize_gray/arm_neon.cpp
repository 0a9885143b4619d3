// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::neon {

void weigh_rows(const std::uint8_t* source,
                std::ptrdiff_t stride,
                const std::int16_t* weights,
                std::ptrdiff_t row_count,
                std::ptrdiff_t width,
                std::int16_t* column) {
  for (std::ptrdiff_t x = 0; x < width; x += 16) {
    int32x4_t sums[4];
    for (int32x4_t& sum : sums) sum = vdupq_n_s32(64);
    for (std::ptrdiff_t k = 0; k < row_count; k++) {
      const uint8x16_t pixels = vld1q_u8(source + k * stride + x);
      const int16x8_t low = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(pixels)));
      const int16x8_t high = vreinterpretq_s16_u16(vmovl_high_u8(pixels));
      sums[0] = vmlal_n_s16(sums[0], vget_low_s16(low), weights[k]);
      sums[1] = vmlal_high_n_s16(sums[1], low, weights[k]);
      sums[2] = vmlal_n_s16(sums[2], vget_low_s16(high), weights[k]);
      sums[3] = vmlal_high_n_s16(sums[3], high, weights[k]);
    }
    vst1q_s16(column + x, vcombine_s16(vshrn_n_s32(sums[0], 7), vshrn_n_s32(sums[1], 7)));
    vst1q_s16(column + x + 8, vcombine_s16(vshrn_n_s32(sums[2], 7), vshrn_n_s32(sums[3], 7)));
  }
}

void weigh_columns(const std::int16_t* column,
                   const std::int32_t* first,
                   const std::int16_t* weights,
                   std::ptrdiff_t tap_count,
                   std::ptrdiff_t target_width,
                   std::uint8_t* target) {
  for (std::ptrdiff_t i = 0; i < target_width; i++) {
    int32x4_t sum = vdupq_n_s32(0);
    for (std::ptrdiff_t k = 0; k < tap_count; k += kResizeTapGroup) {
      const int16x8_t taps = vld1q_s16(column + first[i] + k);
      const int16x8_t factors = vld1q_s16(weights + i * tap_count + k);
      sum = vmlal_s16(sum, vget_low_s16(taps), vget_low_s16(factors));
      sum = vmlal_high_s16(sum, taps, factors);
    }
    target[i] = static_cast<std::uint8_t>((vaddvq_s32(sum) + (1 << 20)) >> 21);
  }
}

}  // namespace eyelid::kernels::neon
