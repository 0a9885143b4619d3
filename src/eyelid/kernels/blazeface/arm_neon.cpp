// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::neon {
namespace {

// The 32 registers: 24 accumulators (6 channels x 16 pixels), 4 of pixels, weights.
// Two registers are handled as one vector of 8 pixels, as wide as the narrowest map.
constexpr int kStripColumns = 32;  // worked on at once
constexpr int kLanes = 8;
constexpr int kPixels = 2 * kLanes;

struct Vector {
  float32x4_t low;
  float32x4_t high;
};

[[gnu::always_inline]] inline Vector load(const float* source) {
  return {vld1q_f32(source), vld1q_f32(source + 4)};
}
[[gnu::always_inline]] inline void store(float* target, Vector v) {
  vst1q_f32(target, v.low);
  vst1q_f32(target + 4, v.high);
}
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  const float32x4_t v = vld1q_dup_f32(source);
  return {v, v};
}
[[gnu::always_inline]] inline Vector zeros() { return {vdupq_n_f32(0.0f), vdupq_n_f32(0.0f)}; }
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) {
  return {vaddq_f32(a.low, b.low), vaddq_f32(a.high, b.high)};
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) {
  return {vmaxq_f32(a.low, b.low), vmaxq_f32(a.high, b.high)};
}
/// a * b + sum, rounded once.
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return {vfmaq_f32(sum.low, a.low, b.low), vfmaq_f32(sum.high, a.high, b.high)};
}

/// Where the two vectors of a tile read or write, and the distance between channels.
template <class Float>
struct Pair {
  Float* first;
  Float* second;
  std::ptrdiff_t stride;
};

enum class Relu { No, Yes };

/// `group` output channels x 16 pixels; the first `shortcut_count` channels add the shortcut.
template <int group, Relu relu>
[[gnu::always_inline]] inline void pointwise_tile(Pair<const float> x,
                                                  const float* weights,
                                                  int inputs,
                                                  const float* bias,
                                                  Pair<const float> shortcut,
                                                  int shortcut_count,
                                                  Pair<float> output) {
  Vector sums[group][2];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    sums[o][0] = sums[o][1] = broadcast(bias + o);
    if (o < shortcut_count) {
      sums[o][0] = add(sums[o][0], load(shortcut.first + o * shortcut.stride));
      sums[o][1] = add(sums[o][1], load(shortcut.second + o * shortcut.stride));
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < inputs; k++) {
    const Vector first = load(x.first);
    const Vector second = load(x.second);
#pragma GCC unroll 6
    for (int o = 0; o < group; o++) {
      const Vector weight = broadcast(weights + o);
      sums[o][0] = multiply_add(first, weight, sums[o][0]);
      sums[o][1] = multiply_add(second, weight, sums[o][1]);
    }
    x.first += x.stride;
    x.second += x.stride;
    weights += group;
  }
  const Vector zero = zeros();
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    const bool clamp = relu == Relu::Yes;
    store(output.first + o * output.stride, clamp ? larger(sums[o][0], zero) : sums[o][0]);
    store(output.second + o * output.stride, clamp ? larger(sums[o][1], zero) : sums[o][1]);
  }
}

#include "eyelid/kernels/blazeface/pairs_pointwise.inc"

/// What lies left (right) of the map counts as 0.
[[gnu::always_inline]] inline Vector without_first(Vector v) {
  return {vsetq_lane_f32(0.0f, v.low, 0), v.high};
}
[[gnu::always_inline]] inline Vector without_last(Vector v) {
  return {v.low, vsetq_lane_f32(0.0f, v.high, 3)};
}

/// Depthwise 3x3, stride 1: 4 rows x `vectors` x 8 columns of one channel. Tap column after tap
/// column, so that 3 weights and 8 sums fit the registers and every loaded vector serves 3 rows.
template <int vectors, bool is_first, bool is_last>
[[gnu::always_inline]] inline void depthwise_tile(const float* const* rows,
                                                  std::ptrdiff_t offset,
                                                  const float* weights,
                                                  float bias,
                                                  float* output,
                                                  std::ptrdiff_t pitch) {
  Vector sums[kStripRows][vectors];
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) sums[y][v] = broadcast(&bias);
  }
#pragma GCC unroll 3
  for (int dx = 0; dx < 3; dx++) {
    const Vector taps[3] = {
        broadcast(weights + dx), broadcast(weights + 3 + dx), broadcast(weights + 6 + dx)};
#pragma GCC unroll 6
    for (int i = 0; i < kStripRows + 2; i++) {
      const float* source = rows[i] + offset + dx - 1;
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        Vector x = load(source + v * kLanes);
        if (is_first && dx == 0 && v == 0) x = without_first(x);
        if (is_last && dx == 2 && v == vectors - 1) x = without_last(x);
#pragma GCC unroll 3
        for (int dy = 0; dy < 3; dy++) {
          const int y = i - dy;
          if (y >= 0 && y < kStripRows) sums[y][v] = multiply_add(x, taps[dy], sums[y][v]);
        }
      }
    }
  }
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      store(output + y * pitch + v * kLanes, sums[y][v]);
    }
  }
}

/// 8 even and 8 odd numbers of 16.
struct Halves {
  Vector even;
  Vector odd;
};
[[gnu::always_inline]] inline Halves load_halves(const float* source) {
  const float32x4x2_t low = vld2q_f32(source), high = vld2q_f32(source + 8);
  return {{low.val[0], high.val[0]}, {low.val[1], high.val[1]}};
}

void depthwise_stride2(const BlazeBlock& block,
                       const BlazeStrip& strip,
                       int x_begin,
                       int columns,
                       float* middle,
                       float* pooled) {
  for (int c = 0; c < block.pointwise.inputs; c++) {
    const float* weights = block.depthwise + 9 * c;
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * 2 * strip.width;
    for (int y = 0; y < kStripRows; y++, middle += columns, pooled += columns) {
      for (int x = 0; x < columns; x += kLanes) {
        Vector sum = broadcast(block.depthwise_bias + c);
        Vector largest{};
        for (int dy = 0; dy < 3; dy++) {
          const float* source = strip.input[2 * y + dy] + plane + 2 * (x_begin + x);
          const Halves here = load_halves(source);
          Vector next = load_halves(source + 2).even;
          if (x_begin + x + kLanes == strip.width) next = without_last(next);
          sum = multiply_add(here.even, broadcast(weights + 3 * dy), sum);
          sum = multiply_add(here.odd, broadcast(weights + 3 * dy + 1), sum);
          sum = multiply_add(next, broadcast(weights + 3 * dy + 2), sum);
          if (dy == 0) largest = larger(here.even, here.odd);
          if (dy == 1) largest = larger(largest, larger(here.even, here.odd));
        }
        store(middle + x, sum);
        store(pooled + x, largest);
      }
    }
  }
}

/// The normalized row of the picture with its padding, even and odd positions apart:
/// even[i] = pixel 2 i - 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  even[0] = 0.0f;
  for (int i = 0; i < width; i++) {
    // Multiplied, then added: fused it would differ from the other instruction sets.
    odd[i] = static_cast<float>(pixels[2 * i]) * stem.scale + stem.offset;
    even[i + 1] = static_cast<float>(pixels[2 * i + 1]) * stem.scale + stem.offset;
  }
  even[width + 1] = 0.0f;
  odd[width] = 0.0f;
  odd[width + 1] = 0.0f;
}

/// `group` output channels x 16 pixels of the stem; rows as split_row leaves them.
template <int group>
[[gnu::always_inline]] inline void stem_tile(const float* rows,
                                             std::ptrdiff_t row_pitch,
                                             std::ptrdiff_t half_pitch,
                                             const float* weights,
                                             const float* bias,
                                             float* output,
                                             std::ptrdiff_t plane) {
  Vector sums[group][2];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) sums[o][0] = sums[o][1] = broadcast(bias + o);
  for (int dy = 0; dy < 5; dy++, rows += row_pitch) {
#pragma GCC unroll 5
    for (int dx = 0; dx < 5; dx++, weights += group) {
      const float* source = rows + (dx % 2) * half_pitch + dx / 2;
      const Vector first = load(source);
      const Vector second = load(source + kLanes);
#pragma GCC unroll 6
      for (int o = 0; o < group; o++) {
        const Vector weight = broadcast(weights + o);
        sums[o][0] = multiply_add(first, weight, sums[o][0]);
        sums[o][1] = multiply_add(second, weight, sums[o][1]);
      }
    }
  }
  const Vector zero = zeros();
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    store(output + o * plane, larger(sums[o][0], zero));
    store(output + o * plane + kLanes, larger(sums[o][1], zero));
  }
}

#include "eyelid/kernels/blazeface/pairs_strips.inc"

void blaze_regress(const float* input,
                   std::ptrdiff_t stride,
                   int inputs,
                   const float* weights,
                   const float* bias,
                   float* output) {
  Vector low = load(bias), high = load(bias + 8);
  for (int k = 0; k < inputs; k++) {
    const Vector x = broadcast(input + k * stride);
    low = multiply_add(x, load(weights + 16 * k), low);
    high = multiply_add(x, load(weights + 16 * k + 8), high);
  }
  store(output, low);
  store(output + 8, high);
}

}  // namespace eyelid::kernels::neon
