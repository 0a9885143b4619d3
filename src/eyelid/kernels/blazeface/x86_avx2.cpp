// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// The 16 registers: 12 accumulators (6 channels x 2 vectors of 8 pixels), 2 pixels, 1 weight.
// 12 independent sums hide the latency of 4 cycles at 2 multiply-adds per cycle.
constexpr int kStripColumns = 32;  // worked on at once
constexpr int kLanes = 8;
constexpr int kPixels = 2 * kLanes;

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
  __m256 sums[group][2];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    sums[o][0] = sums[o][1] = _mm256_broadcast_ss(bias + o);
    if (o < shortcut_count) {
      sums[o][0] = _mm256_add_ps(sums[o][0], _mm256_loadu_ps(shortcut.first + o * shortcut.stride));
      sums[o][1] =
          _mm256_add_ps(sums[o][1], _mm256_loadu_ps(shortcut.second + o * shortcut.stride));
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < inputs; k++) {
    const __m256 first = _mm256_loadu_ps(x.first);
    const __m256 second = _mm256_loadu_ps(x.second);
#pragma GCC unroll 6
    for (int o = 0; o < group; o++) {
      const __m256 weight = _mm256_broadcast_ss(weights + o);
      sums[o][0] = _mm256_fmadd_ps(first, weight, sums[o][0]);
      sums[o][1] = _mm256_fmadd_ps(second, weight, sums[o][1]);
    }
    x.first += x.stride;
    x.second += x.stride;
    weights += group;
  }
  const __m256 zero = _mm256_setzero_ps();
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    const bool clamp = relu == Relu::Yes;
    _mm256_storeu_ps(output.first + o * output.stride,
                     clamp ? _mm256_max_ps(sums[o][0], zero) : sums[o][0]);
    _mm256_storeu_ps(output.second + o * output.stride,
                     clamp ? _mm256_max_ps(sums[o][1], zero) : sums[o][1]);
  }
}

#include "eyelid/kernels/blazeface/pairs_pointwise.inc"

/// All ones except the first (last) lane: what lies left (right) of the map counts as 0.
__m256 all_but_first() {
  return _mm256_castsi256_ps(_mm256_setr_epi32(0, -1, -1, -1, -1, -1, -1, -1));
}
__m256 all_but_last() {
  return _mm256_castsi256_ps(_mm256_setr_epi32(-1, -1, -1, -1, -1, -1, -1, 0));
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
  __m256 sums[kStripRows][vectors];
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) sums[y][v] = _mm256_set1_ps(bias);
  }
#pragma GCC unroll 3
  for (int dx = 0; dx < 3; dx++) {
    const __m256 taps[3] = {_mm256_broadcast_ss(weights + dx),
                            _mm256_broadcast_ss(weights + 3 + dx),
                            _mm256_broadcast_ss(weights + 6 + dx)};
#pragma GCC unroll 6
    for (int i = 0; i < kStripRows + 2; i++) {
      const float* source = rows[i] + offset + dx - 1;
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        __m256 x = _mm256_loadu_ps(source + v * kLanes);
        if (is_first && dx == 0 && v == 0) x = _mm256_and_ps(x, all_but_first());
        if (is_last && dx == 2 && v == vectors - 1) x = _mm256_and_ps(x, all_but_last());
        // Else g++ folds the load into each of the 3 multiply-adds, and unaligned loads cost most.
        asm("" : "+x"(x));
#pragma GCC unroll 3
        for (int dy = 0; dy < 3; dy++) {
          const int y = i - dy;
          if (y >= 0 && y < kStripRows) sums[y][v] = _mm256_fmadd_ps(x, taps[dy], sums[y][v]);
        }
      }
    }
  }
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      _mm256_storeu_ps(output + y * pitch + v * kLanes, sums[y][v]);
    }
  }
}

/// shuffle_ps and hadd_ps leave results as 0 1 4 5 | 2 3 6 7; this puts them in order.
__m256 in_order(__m256 v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xD8));
}

/// The weights of one channel for stride 2: columns 0 and 1 alternate over the lanes, so that one
/// multiply-add serves even and odd input pixels; column 2 is apart.
struct Stride2Weights {
  __m256 first_two[3];
  __m256 third[3];
  __m256 bias;

  Stride2Weights(const float* weights, const float* bias_of_channel)
      : bias(_mm256_broadcast_ss(bias_of_channel)) {
    for (int dy = 0; dy < 3; dy++) {
      const __m256 zero = _mm256_broadcast_ss(weights + 3 * dy);
      const __m256 one = _mm256_broadcast_ss(weights + 3 * dy + 1);
      first_two[dy] = _mm256_blend_ps(zero, one, 0xAA);
      third[dy] = _mm256_broadcast_ss(weights + 3 * dy + 2);
    }
  }
};

/// Depthwise 3x3 with stride 2, and the 2x2 maximum, for 8 pixels of one output row:
///   sum over rows first, then output(x) = a(2 x) + a(2 x + 1) + b(2 x + 2).
[[gnu::always_inline]] inline void depthwise_stride2_tile(const float* const* rows,
                                                          std::ptrdiff_t offset,
                                                          bool is_last,
                                                          const Stride2Weights& weights,
                                                          float* output,
                                                          float* pooled) {
  __m256 low{}, high{}, next_low{}, next_high{};
#pragma GCC unroll 3
  for (int dy = 0; dy < 3; dy++) {
    const float* source = rows[dy] + offset;
    low = _mm256_fmadd_ps(weights.first_two[dy], _mm256_loadu_ps(source), low);
    high = _mm256_fmadd_ps(weights.first_two[dy], _mm256_loadu_ps(source + 8), high);
    next_low = _mm256_fmadd_ps(weights.third[dy], _mm256_loadu_ps(source + 2), next_low);
    next_high = _mm256_fmadd_ps(weights.third[dy], _mm256_loadu_ps(source + 10), next_high);
  }
  __m256 next = _mm256_shuffle_ps(next_low, next_high, 0x88);
  if (is_last) next = _mm256_and_ps(next, all_but_last());  // lane 7 in this order as well
  const __m256 sum = _mm256_add_ps(_mm256_add_ps(_mm256_hadd_ps(low, high), next), weights.bias);
  _mm256_storeu_ps(output, in_order(sum));

  const float* upper = rows[0] + offset;
  const float* lower = rows[1] + offset;
  low = _mm256_max_ps(_mm256_loadu_ps(upper), _mm256_loadu_ps(lower));
  high = _mm256_max_ps(_mm256_loadu_ps(upper + 8), _mm256_loadu_ps(lower + 8));
  const __m256 largest =
      _mm256_max_ps(_mm256_shuffle_ps(low, high, 0x88), _mm256_shuffle_ps(low, high, 0xDD));
  _mm256_storeu_ps(pooled, in_order(largest));
}

void depthwise_stride2(const BlazeBlock& block,
                       const BlazeStrip& strip,
                       int x_begin,
                       int columns,
                       float* middle,
                       float* pooled) {
  const float* rows[2 * kStripRows + 1];
  for (int i = 0; i < 2 * kStripRows + 1; i++) rows[i] = strip.input[i];
  for (int c = 0; c < block.pointwise.inputs; c++) {
    const Stride2Weights weights(block.depthwise + 9 * c, block.depthwise_bias + c);
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * 2 * strip.width;
    for (int x = 0; x < columns; x += kLanes) {
      const bool is_last = x_begin + x + kLanes == strip.width;
#pragma GCC unroll 4
      for (int y = 0; y < kStripRows; y++) {
        depthwise_stride2_tile(rows + 2 * y,
                               plane + 2 * (x_begin + x),
                               is_last,
                               weights,
                               middle + y * columns + x,
                               pooled + y * columns + x);
      }
    }
    middle += kStripRows * columns;
    pooled += kStripRows * columns;
  }
}

/// The normalized row of the picture with its padding, even and odd positions apart:
/// even[i] = pixel 2 i - 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  even[0] = 0.0f;
  const __m256 scale = _mm256_set1_ps(stem.scale), offset = _mm256_set1_ps(stem.offset);
  const auto store = [&](float* target, __m128i words) {
    const __m256 pixel = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(words));
    _mm256_storeu_ps(target, _mm256_add_ps(_mm256_mul_ps(pixel, scale), offset));
  };
  for (int i = 0; i < width; i += kLanes) {
    const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + 2 * i));
    store(odd + i, _mm_and_si128(both, _mm_set1_epi16(0xff)));
    store(even + 1 + i, _mm_srli_epi16(both, 8));
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
  __m256 sums[group][2];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) sums[o][0] = sums[o][1] = _mm256_broadcast_ss(bias + o);
  for (int dy = 0; dy < 5; dy++, rows += row_pitch) {
#pragma GCC unroll 5
    for (int dx = 0; dx < 5; dx++, weights += group) {
      const float* source = rows + (dx % 2) * half_pitch + dx / 2;
      const __m256 first = _mm256_loadu_ps(source);
      const __m256 second = _mm256_loadu_ps(source + kLanes);
#pragma GCC unroll 6
      for (int o = 0; o < group; o++) {
        const __m256 weight = _mm256_broadcast_ss(weights + o);
        sums[o][0] = _mm256_fmadd_ps(first, weight, sums[o][0]);
        sums[o][1] = _mm256_fmadd_ps(second, weight, sums[o][1]);
      }
    }
  }
  const __m256 zero = _mm256_setzero_ps();
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
    _mm256_storeu_ps(output + o * plane, _mm256_max_ps(sums[o][0], zero));
    _mm256_storeu_ps(output + o * plane + kLanes, _mm256_max_ps(sums[o][1], zero));
  }
}

#include "eyelid/kernels/blazeface/pairs_strips.inc"

void blaze_regress(const float* input,
                   std::ptrdiff_t stride,
                   int inputs,
                   const float* weights,
                   const float* bias,
                   float* output) {
  __m256 low = _mm256_loadu_ps(bias), high = _mm256_loadu_ps(bias + 8);
  for (int k = 0; k < inputs; k++) {
    const __m256 x = _mm256_broadcast_ss(input + k * stride);
    low = _mm256_fmadd_ps(x, _mm256_loadu_ps(weights + 16 * k), low);
    high = _mm256_fmadd_ps(x, _mm256_loadu_ps(weights + 16 * k + 8), high);
  }
  _mm256_storeu_ps(output, low);
  _mm256_storeu_ps(output + 8, high);
}

}  // namespace eyelid::kernels::avx2
