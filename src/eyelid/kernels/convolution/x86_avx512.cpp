// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::avx512 {
namespace {

constexpr int kLanes = 16;
constexpr int kGroup = kConvolutionGroup;

[[gnu::always_inline]] inline __m512 prelu(__m512 value, __m512 slope) {
  const __mmask16 is_negative = _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LT_OQ);
  return _mm512_mask_mul_ps(value, is_negative, value, slope);
}

/// 8 channels x `vectors` x 16 positions. 24 sums hide the latency of the multiply-add.
template <int window, int vectors>
[[gnu::always_inline]] inline void convolve_tile(int inputs,
                                                 const float* weights,
                                                 const float* bias,
                                                 const float* slopes,
                                                 const ConvolutionInput& input,
                                                 const float* source,
                                                 float* target,
                                                 std::ptrdiff_t plane) {
  __m512 sums[kGroup][vectors];
#pragma GCC unroll 8
  for (int o = 0; o < kGroup; o++) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) sums[o][v] = _mm512_set1_ps(bias[o]);
  }
  for (int k = 0; k < inputs; k++, source += input.plane) {
#pragma GCC unroll 3
    for (int dy = 0; dy < window; dy++) {
#pragma GCC unroll 3
      for (int dx = 0; dx < window; dx++, weights += kGroup) {
        const float* taps = source + dy * input.row + dx * input.step;
        __m512 pixels[vectors];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) pixels[v] = _mm512_loadu_ps(taps + v * kLanes);
#pragma GCC unroll 8
        for (int o = 0; o < kGroup; o++) {
          const __m512 weight = _mm512_set1_ps(weights[o]);
#pragma GCC unroll 3
          for (int v = 0; v < vectors; v++) {
            sums[o][v] = _mm512_fmadd_ps(pixels[v], weight, sums[o][v]);
          }
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int o = 0; o < kGroup; o++) {
    const __m512 slope = _mm512_set1_ps(slopes[o]);
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      _mm512_storeu_ps(target + o * plane + v * kLanes, prelu(sums[o][v], slope));
    }
  }
}

/// Tiles go down the rows, so that two thirds of their input are still in the first-level cache.
template <int window>
void convolve_window(const Convolution& layer,
                     const ConvolutionInput& input,
                     const ConvolutionOutput& output,
                     int rows,
                     std::ptrdiff_t count) {
  const std::ptrdiff_t blocks = (count + kLanes - 1) / kLanes;
  for (int o = 0; o < layer.outputs; o += kGroup) {
    const float* weights = layer.weights + o * layer.inputs * window * window;
    const float* bias = layer.bias + o;
    const float* slopes = layer.slopes + o;
    for (std::ptrdiff_t block = 0; block < blocks;) {
      const std::ptrdiff_t left = blocks - block;
      const std::ptrdiff_t vectors = left == 4 ? 2 : left < 3 ? left : 3;
      const float* source = input.data + block * kLanes;
      float* target = output.data + o * output.plane + block * kLanes;
      for (int y = 0; y < rows; y++, source += input.row, target += output.row) {
        if (vectors == 3) {
          convolve_tile<window, 3>(
              layer.inputs, weights, bias, slopes, input, source, target, output.plane);
        } else if (vectors == 2) {
          convolve_tile<window, 2>(
              layer.inputs, weights, bias, slopes, input, source, target, output.plane);
        } else {
          convolve_tile<window, 1>(
              layer.inputs, weights, bias, slopes, input, source, target, output.plane);
        }
      }
      block += vectors;
    }
  }
}

/// Up to 16 pooled positions of all channels; the 4 x 4 taps stay in registers.
template <int pool_rows>
void convolve_gray_block(const GrayLayer& layer,
                         const GrayRows& rows,
                         std::ptrdiff_t i,
                         const ConvolutionOutput& output) {
  __m512 taps[pool_rows + 2][4];
#pragma GCC unroll 4
  for (int r = 0; r < pool_rows + 2; r++) {
    taps[r][0] = _mm512_loadu_ps(rows.even[r] + i);
    taps[r][1] = _mm512_loadu_ps(rows.odd[r] + i);
    taps[r][2] = _mm512_loadu_ps(rows.even[r] + i + 1);
    taps[r][3] = _mm512_loadu_ps(rows.odd[r] + i + 1);
  }
  for (int o = 0; o < layer.outputs; o++) {
    const float* weights = layer.weights + 9 * o;
    __m512 sums[pool_rows][2];
#pragma GCC unroll 2
    for (int dy = 0; dy < pool_rows; dy++) {
      sums[dy][0] = sums[dy][1] = _mm512_set1_ps(layer.bias[o]);
    }
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; tap++) {
      const __m512 weight = _mm512_set1_ps(weights[tap]);
#pragma GCC unroll 2
      for (int dy = 0; dy < pool_rows; dy++) {
#pragma GCC unroll 2
        for (int dx = 0; dx < 2; dx++) {
          sums[dy][dx] = _mm512_fmadd_ps(taps[dy + tap / 3][dx + tap % 3], weight, sums[dy][dx]);
        }
      }
    }
    const __m512 slope = _mm512_set1_ps(layer.slopes[o]);
    __m512 largest = _mm512_max_ps(prelu(sums[0][0], slope), prelu(sums[0][1], slope));
    if (pool_rows == 2) {
      largest = _mm512_max_ps(largest, prelu(sums[pool_rows - 1][0], slope));
      largest = _mm512_max_ps(largest, prelu(sums[pool_rows - 1][1], slope));
    }
    _mm512_storeu_ps(output.data + o * output.plane + i, largest);
  }
}

/// Maximum of 16 neighbors over `size` rows; what the mask leaves out is minus infinity.
template <int size>
[[gnu::always_inline]] inline __m512 maximum_of_rows(const float* const* row,
                                                     std::ptrdiff_t at,
                                                     __mmask16 mask) {
  const __m512 nothing = _mm512_set1_ps(-__builtin_inff());
  __m512 largest = _mm512_mask_loadu_ps(nothing, mask, row[0] + at);
#pragma GCC unroll 3
  for (int dy = 1; dy < size; dy++) {
    largest = _mm512_max_ps(largest, _mm512_mask_loadu_ps(nothing, mask, row[dy] + at));
  }
  return largest;
}

/// The first `count` lanes; none for a negative count.
__mmask16 first_lanes(std::ptrdiff_t count) {
  if (count >= kLanes) return 0xFFFF;
  return count > 0 ? static_cast<__mmask16>((1u << static_cast<unsigned>(count)) - 1u) : 0;
}

/// Maximum over `size` rows of the 16 columns from `begin` on, as far as there are any.
template <int size>
[[gnu::always_inline]] inline __m512 maximum_from(const MaxPool& pool,
                                                  const float* const* row,
                                                  std::ptrdiff_t begin) {
  return maximum_of_rows<size>(row, begin, first_lanes(pool.width - begin));
}

/// One row of output of one picture: positions in the lanes.
template <int size>
void pool_row_of_one(const MaxPool& pool, const float* const* row, float* target) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  for (std::ptrdiff_t x = 0; x < pool.output_width; x += kLanes) {
    const __m512 low = maximum_from<size>(pool, row, 2 * x),
                 high = maximum_from<size>(pool, row, 2 * x + kLanes);
    __m512 largest = _mm512_max_ps(_mm512_permutex2var_ps(low, even, high),
                                   _mm512_permutex2var_ps(low, odd, high));
    if (size == 3) {
      const __m512 next_low = maximum_from<size>(pool, row, 2 * x + 2),
                   next_high = maximum_from<size>(pool, row, 2 * x + 2 + kLanes);
      largest = _mm512_max_ps(largest, _mm512_permutex2var_ps(next_low, even, next_high));
    }
    _mm512_mask_storeu_ps(target + x, first_lanes(pool.output_width - x), largest);
  }
}

/// The same of several pictures: pictures in the lanes.
template <int size>
void pool_row(const MaxPool& pool, const float* const* row, std::ptrdiff_t step, float* target) {
  const std::ptrdiff_t last = pool.width - 1;
  for (int x = 0; x < pool.output_width; x++, target += step) {
    for (std::ptrdiff_t i = 0; i < step; i += kLanes) {
      const __mmask16 mask = first_lanes(step - i);
      __m512 largest = maximum_of_rows<size>(row, 2 * x * step + i, mask);
#pragma GCC unroll 3
      for (int dx = 1; dx < size; dx++) {
        // A column beyond the edge counts as the last one: it changes no maximum.
        const std::ptrdiff_t column = 2 * x + dx < last ? 2 * x + dx : last;
        largest = _mm512_max_ps(largest, maximum_of_rows<size>(row, column * step + i, mask));
      }
      _mm512_mask_storeu_ps(target + i, mask, largest);
    }
  }
}

template <int size>
void pool_plane(const MaxPool& pool,
                const float* source,
                const ConvolutionInput& input,
                float* target,
                std::ptrdiff_t target_row) {
  for (int y = 0; y < pool.output_height; y++, target += target_row) {
    const float* row[size];
    for (int dy = 0; dy < size; dy++) {
      const int inside = 2 * y + dy < pool.height ? 2 * y + dy : pool.height - 1;
      row[dy] = source + inside * input.row;
    }
    if (input.step == 1) {
      pool_row_of_one<size>(pool, row, target);
    } else {
      pool_row<size>(pool, row, input.step, target);
    }
  }
}

/// weigh_planes at `vectors` x 16 positions; 4 hide the latency of the multiply-add.
template <int vectors>
[[gnu::always_inline]] inline void weigh_vectors(const float* input,
                                                 std::ptrdiff_t plane,
                                                 int channels,
                                                 const float* weights,
                                                 float bias,
                                                 float* sums) {
  __m512 sum[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) sum[v] = _mm512_set1_ps(bias);
  for (int c = 0; c < channels; c++, input += plane) {
    const __m512 weight = _mm512_set1_ps(weights[c]);
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      sum[v] = _mm512_fmadd_ps(_mm512_loadu_ps(input + v * kLanes), weight, sum[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) _mm512_storeu_ps(sums + v * kLanes, sum[v]);
}

#include "eyelid/kernels/convolution/entries.inc"

void weigh_planes(const float* input,
                  std::ptrdiff_t plane,
                  int channels,
                  const float* weights,
                  float bias,
                  std::ptrdiff_t count,
                  float* sums) {
  std::ptrdiff_t p = 0;
  for (; p + 3 * kLanes < count; p += 4 * kLanes) {
    weigh_vectors<4>(input + p, plane, channels, weights, bias, sums + p);
  }
  for (; p < count; p += kLanes) {
    weigh_vectors<1>(input + p, plane, channels, weights, bias, sums + p);
  }
}

}  // namespace eyelid::kernels::avx512
