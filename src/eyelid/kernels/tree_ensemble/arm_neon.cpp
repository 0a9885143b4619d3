// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::neon {
namespace {

// floor(origin + extent * value + 0.5) of two normalized coordinates, as 64-bit integers; what is
// no number becomes 0 and is marked by `is_number`.
int64x2_t pixel_position(float32x2_t value, float64x2_t origin, float64x2_t extent) {
  const float64x2_t scaled = vmulq_f64(extent, vcvt_f64_f32(value));
  const float64x2_t shifted = vaddq_f64(vaddq_f64(origin, scaled), vdupq_n_f64(0.5));
  // NaN converts to 0, which would be inside: it is made -1 here.
  const uint64x2_t is_number = vceqq_f64(shifted, shifted);
  const int64x2_t floor = vcvtmq_s64_f64(shifted);
  return vbslq_s64(is_number, floor, vdupq_n_s64(-1));
}

uint64x2_t is_inside(int64x2_t value, int size) {
  return vcltq_u64(vreinterpretq_u64_s64(value), vdupq_n_u64(static_cast<std::uint64_t>(size)));
}

// Two registers are handled as one of eight numbers, at whose multiples rows end.
constexpr int kLanes = 8;
constexpr int kBlockTrees = 0;
enum class Lanes { All };
constexpr Lanes first_lanes(int) { return Lanes::All; }

struct F32 {
  using Sum = float;
  struct Register {
    float32x4_t low;
    float32x4_t high;
  };
  static Register load_sum(const float* sum) { return {vld1q_f32(sum), vld1q_f32(sum + 4)}; }
  static Register add(Register sum, const std::byte* row, std::size_t i, Lanes) {
    const auto* p = reinterpret_cast<const float*>(row) + 8 * i;
    return {vaddq_f32(sum.low, vld1q_f32(p)), vaddq_f32(sum.high, vld1q_f32(p + 4))};
  }
  static void store_sum(float* sum, Register value) {
    vst1q_f32(sum, value.low);
    vst1q_f32(sum + 4, value.high);
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 32; }
};

struct F16 : F32 {
  static Register add(Register sum, const std::byte* row, std::size_t i, Lanes) {
    const uint16x8_t bits = vld1q_u16(reinterpret_cast<const std::uint16_t*>(row) + 8 * i);
    const float16x8_t halves = vreinterpretq_f16_u16(bits);
    return {vaddq_f32(sum.low, vcvt_f32_f16(vget_low_f16(halves))),
            vaddq_f32(sum.high, vcvt_high_f32_f16(halves))};
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 16; }
};

struct I16 {
  using Sum = std::int32_t;
  struct Register {
    int32x4_t low;
    int32x4_t high;
  };
  static Register load_sum(const std::int32_t* sum) { return {vld1q_s32(sum), vld1q_s32(sum + 4)}; }
  static Register add(Register sum, const std::byte* row, std::size_t i, Lanes) {
    const int16x8_t steps = vld1q_s16(reinterpret_cast<const std::int16_t*>(row) + 8 * i);
    return {vaddw_s16(sum.low, vget_low_s16(steps)), vaddw_high_s16(sum.high, steps)};
  }
  static void store_sum(std::int32_t* sum, Register value) {
    vst1q_s32(sum, value.low);
    vst1q_s32(sum + 4, value.high);
  }
  static std::size_t row_bytes(int values) { return i16_row_bytes(values); }
};

F32::Register plus_scaled(F32::Register sum, const std::int32_t* integers, float scale) {
  const I16::Register steps = I16::load_sum(integers);
  return {vaddq_f32(sum.low, vmulq_n_f32(vcvtq_f32_s32(steps.low), scale)),
          vaddq_f32(sum.high, vmulq_n_f32(vcvtq_f32_s32(steps.high), scale))};
}

#include "eyelid/kernels/tree_ensemble/leaf_rows.inc"

void sum_i16(const LeafTable& leaves, const std::uint8_t* leaf, std::int32_t* sums) {
  for (int i = 0; i < (leaves.value_count + 7) / 8 * 8; ++i) sums[i] = 0;
  add_leaves<I16>(leaves, leaf, sums);
}

#include "eyelid/kernels/tree_ensemble/leaf_entries.inc"

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  const float64x2_t left = vdupq_n_f64(image.left);
  const float64x2_t top = vdupq_n_f64(image.top);
  const float64x2_t extent_x = vdupq_n_f64(image.extent_x);
  const float64x2_t extent_y = vdupq_n_f64(image.extent_y);
  for (int i = 0; i < features.count; i += 2) {
    const float32x2_t first = vld1_f32(shape + 2 * features.anchor[i]);
    const float32x2_t second = vld1_f32(shape + 2 * features.anchor[i + 1]);
    const float32x2_t dx = vld1_f32(features.dx + i);
    const float32x2_t dy = vld1_f32(features.dy + i);
    const float32x2_t turned_x = vsub_f32(vmul_n_f32(dx, a), vmul_n_f32(dy, b));
    const float32x2_t turned_y = vadd_f32(vmul_n_f32(dx, b), vmul_n_f32(dy, a));
    const float32x2_t x = vadd_f32(turned_x, vzip1_f32(first, second));
    const float32x2_t y = vadd_f32(turned_y, vzip2_f32(first, second));
    const int64x2_t column = pixel_position(x, left, extent_x);
    const int64x2_t row = pixel_position(y, top, extent_y);
    const uint64x2_t inside =
        vandq_u64(is_inside(column, image.width), is_inside(row, image.height));
    for (int k = 0; k < 2; ++k) {
      const bool is_in = (k == 0 ? vgetq_lane_u64(inside, 0) : vgetq_lane_u64(inside, 1)) != 0;
      const std::int64_t c = k == 0 ? vgetq_lane_s64(column, 0) : vgetq_lane_s64(column, 1);
      const std::int64_t r = k == 0 ? vgetq_lane_s64(row, 0) : vgetq_lane_s64(row, 1);
      values[i + k] = is_in ? image.pixels[r * image.stride + c] : std::uint8_t{0};
    }
  }
}

}  // namespace eyelid::kernels::neon
