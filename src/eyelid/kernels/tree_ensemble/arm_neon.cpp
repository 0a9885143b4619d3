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

const std::byte* row_of(const LeafTable& leaves,
                        const std::uint8_t* leaf,
                        int tree,
                        std::size_t row_bytes) {
  const std::size_t row = (static_cast<std::size_t>(tree) << leaves.depth) + leaf[tree];
  return leaves.rows + row * row_bytes;
}

// Rows are fetched this many trees ahead: their addresses are known, the hardware cannot guess
// them.
constexpr int kAhead = 12;
// Eight numbers, two registers of sums, per step of a pass; 68 points are a pass of nine and eight.
constexpr int kPassSteps = 9;

struct F32 {
  using Sum = float;
  using Register = float32x4_t;
  static void add(const std::byte* row, std::size_t i, Register* sums) {
    const auto* p = reinterpret_cast<const float*>(row) + 8 * i;
    sums[0] = vaddq_f32(sums[0], vld1q_f32(p));
    sums[1] = vaddq_f32(sums[1], vld1q_f32(p + 4));
  }
  static Register load_sum(const float* sum) { return vld1q_f32(sum); }
  static void store_sum(float* sum, Register value) { vst1q_f32(sum, value); }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 32; }
};

struct F16 : F32 {
  static void add(const std::byte* row, std::size_t i, Register* sums) {
    const uint16x8_t bits = vld1q_u16(reinterpret_cast<const std::uint16_t*>(row) + 8 * i);
    const float16x8_t halves = vreinterpretq_f16_u16(bits);
    sums[0] = vaddq_f32(sums[0], vcvt_f32_f16(vget_low_f16(halves)));
    sums[1] = vaddq_f32(sums[1], vcvt_high_f32_f16(halves));
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 16; }
};

struct I16 {
  using Sum = std::int32_t;
  using Register = int32x4_t;
  static void add(const std::byte* row, std::size_t i, Register* sums) {
    const int16x8_t steps = vld1q_s16(reinterpret_cast<const std::int16_t*>(row) + 8 * i);
    sums[0] = vaddw_s16(sums[0], vget_low_s16(steps));
    sums[1] = vaddw_high_s16(sums[1], steps);
  }
  static Register load_sum(const std::int32_t* sum) { return vld1q_s32(sum); }
  static void store_sum(std::int32_t* sum, Register value) { vst1q_s32(sum, value); }
  static std::size_t row_bytes(int values) { return i16_row_bytes(values); }
};

template <class Number, int steps>
void add_rows(const LeafTable& leaves,
              const std::uint8_t* leaf,
              std::size_t row_bytes,
              std::size_t offset,
              typename Number::Sum* sum) {
  typename Number::Register sums[2 * steps];
  for (int i = 0; i < 2 * steps; ++i) sums[i] = Number::load_sum(sum + 4 * i);
  for (int tree = 0; tree < leaves.tree_count; ++tree) {
    if (tree + kAhead < leaves.tree_count) {
      const std::byte* ahead = row_of(leaves, leaf, tree + kAhead, row_bytes);
      for (std::size_t i = 0; i < row_bytes; i += 64) __builtin_prefetch(ahead + i);
    }
    const std::byte* row = row_of(leaves, leaf, tree, row_bytes);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < steps; ++i) Number::add(row, offset + i, sums + 2 * i);
  }
  for (int i = 0; i < 2 * steps; ++i) Number::store_sum(sum + 4 * i, sums[i]);
}

template <class Number>
using AddRows = void (*)(
    const LeafTable&, const std::uint8_t*, std::size_t, std::size_t, typename Number::Sum*);
template <class Number>
constexpr AddRows<Number> kAddRows[kPassSteps] = {add_rows<Number, 1>,
                                                  add_rows<Number, 2>,
                                                  add_rows<Number, 3>,
                                                  add_rows<Number, 4>,
                                                  add_rows<Number, 5>,
                                                  add_rows<Number, 6>,
                                                  add_rows<Number, 7>,
                                                  add_rows<Number, 8>,
                                                  add_rows<Number, 9>};

template <class Number>
void add_leaves(const LeafTable& leaves, const std::uint8_t* leaf, typename Number::Sum* sum) {
  const int steps = (leaves.value_count + 7) / 8;
  const int passes = (steps + kPassSteps - 1) / kPassSteps;
  const std::size_t row_bytes = Number::row_bytes(leaves.value_count);
  for (int pass = 0; pass < passes; ++pass) {
    const int begin = steps * pass / passes;
    const int end = steps * (pass + 1) / passes;
    kAddRows<Number>[end - begin - 1](
        leaves, leaf, row_bytes, static_cast<std::size_t>(begin), sum + 8 * begin);
  }
}

}  // namespace

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

void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  add_leaves<F32>(leaves, leaf, shape);
}

void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  add_leaves<F16>(leaves, leaf, shape);
}

void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape) {
  std::int32_t sums[kMaxLeafValues];
  for (int i = 0; i < leaves.value_count; i += 8) {
    vst1q_s32(sums + i, vdupq_n_s32(0));
    vst1q_s32(sums + i + 4, vdupq_n_s32(0));
  }
  add_leaves<I16>(leaves, leaf, sums);
  for (int i = 0; i < leaves.value_count; i += 4) {
    const float32x4_t step = vmulq_n_f32(vcvtq_f32_s32(vld1q_s32(sums + i)), scale);
    vst1q_f32(shape + i, vaddq_f32(vld1q_f32(shape + i), step));
  }
}

}  // namespace eyelid::kernels::neon
