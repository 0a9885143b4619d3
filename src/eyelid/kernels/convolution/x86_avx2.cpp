// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::avx2 {
namespace {

constexpr int kLanes = 8;
constexpr int kGroup = kConvolutionGroup;

[[gnu::always_inline]] inline __m256 prelu(__m256 value, __m256 slope) {
  // The sign bit chooses: -0 times a slope is a zero as well.
  return _mm256_blendv_ps(value, _mm256_mul_ps(value, slope), value);
}

/// `channels` x `vectors` x 8 positions, `channels` of the group of 8 that `weights` is packed in.
/// 4 x 3 fill the registers; 8 x 1 still hide the latency of the multiply-add.
template <int window, int channels, int vectors>
[[gnu::always_inline]] inline void convolve_tile(const Convolution& layer,
                                                 int first,
                                                 const ConvolutionInput& input,
                                                 const float* source,
                                                 float* target,
                                                 std::ptrdiff_t plane) {
  const int packed = first / kGroup * kGroup * layer.inputs * window * window + first % kGroup;
  const float* weights = layer.weights + packed;
  __m256 sums[channels][vectors];
#pragma GCC unroll 8
  for (int o = 0; o < channels; o++) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) sums[o][v] = _mm256_set1_ps(layer.bias[first + o]);
  }
  for (int k = 0; k < layer.inputs; k++, source += input.plane) {
#pragma GCC unroll 3
    for (int dy = 0; dy < window; dy++) {
#pragma GCC unroll 3
      for (int dx = 0; dx < window; dx++, weights += kGroup) {
        const float* taps = source + dy * input.row + dx * input.step;
        __m256 pixels[vectors];
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) pixels[v] = _mm256_loadu_ps(taps + v * kLanes);
#pragma GCC unroll 8
        for (int o = 0; o < channels; o++) {
          const __m256 weight = _mm256_broadcast_ss(weights + o);
#pragma GCC unroll 3
          for (int v = 0; v < vectors; v++) {
            sums[o][v] = _mm256_fmadd_ps(pixels[v], weight, sums[o][v]);
          }
        }
      }
    }
  }
  target += first * plane;
#pragma GCC unroll 8
  for (int o = 0; o < channels; o++) {
    const __m256 slope = _mm256_set1_ps(layer.slopes[first + o]);
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      _mm256_storeu_ps(target + o * plane + v * kLanes, prelu(sums[o][v], slope));
    }
  }
}

/// One column of tiles, down the rows: two thirds of a tile's input are still in the first-level
/// cache.
template <int window, int channels, int vectors>
void convolve_column(const Convolution& layer,
                     int group,
                     const ConvolutionInput& input,
                     const ConvolutionOutput& output,
                     int rows,
                     std::ptrdiff_t at) {
  for (int first = group; first < group + kGroup; first += channels) {
    const float* source = input.data + at;
    float* target = output.data + at;
    for (int y = 0; y < rows; y++, source += input.row, target += output.row) {
      convolve_tile<window, channels, vectors>(layer, first, input, source, target, output.plane);
    }
  }
}

template <int window>
void convolve_window(const Convolution& layer,
                     const ConvolutionInput& input,
                     const ConvolutionOutput& output,
                     int rows,
                     std::ptrdiff_t count) {
  const std::ptrdiff_t blocks =
      (count + kConvolutionBlock - 1) / kConvolutionBlock * (kConvolutionBlock / kLanes);
  for (int group = 0; group < layer.outputs; group += kGroup) {
    for (std::ptrdiff_t block = 0; block < blocks;) {
      const std::ptrdiff_t left = blocks - block, at = block * kLanes;
      if (left >= 3 && left != 4) {
        convolve_column<window, 4, 3>(layer, group, input, output, rows, at);
        block += 3;
      } else if (left >= 2) {
        convolve_column<window, 4, 2>(layer, group, input, output, rows, at);
        block += 2;
      } else {
        convolve_column<window, 8, 1>(layer, group, input, output, rows, at);
        block += 1;
      }
    }
  }
}

/// Up to 8 pooled positions of all channels.
template <int pool_rows>
void convolve_gray_block(const GrayLayer& layer,
                         const GrayRows& rows,
                         std::ptrdiff_t i,
                         const ConvolutionOutput& output) {
  for (int o = 0; o < layer.outputs; o++) {
    const float* weights = layer.weights + 9 * o;
    __m256 sums[pool_rows][2];
#pragma GCC unroll 2
    for (int dy = 0; dy < pool_rows; dy++) {
      sums[dy][0] = sums[dy][1] = _mm256_set1_ps(layer.bias[o]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < pool_rows + 2; r++) {
      const __m256 taps[4] = {_mm256_loadu_ps(rows.even[r] + i),
                              _mm256_loadu_ps(rows.odd[r] + i),
                              _mm256_loadu_ps(rows.even[r] + i + 1),
                              _mm256_loadu_ps(rows.odd[r] + i + 1)};
#pragma GCC unroll 2
      for (int dy = 0; dy < pool_rows; dy++) {
        if (r < dy || r > dy + 2) continue;
#pragma GCC unroll 3
        for (int dx = 0; dx < 3; dx++) {
          const __m256 weight = _mm256_broadcast_ss(weights + 3 * (r - dy) + dx);
          sums[dy][0] = _mm256_fmadd_ps(taps[dx], weight, sums[dy][0]);
          sums[dy][1] = _mm256_fmadd_ps(taps[dx + 1], weight, sums[dy][1]);
        }
      }
    }
    const __m256 slope = _mm256_set1_ps(layer.slopes[o]);
    __m256 largest = _mm256_max_ps(prelu(sums[0][0], slope), prelu(sums[0][1], slope));
    if (pool_rows == 2) {
      largest = _mm256_max_ps(largest, prelu(sums[pool_rows - 1][0], slope));
      largest = _mm256_max_ps(largest, prelu(sums[pool_rows - 1][1], slope));
    }
    _mm256_storeu_ps(output.data + o * output.plane + i, largest);
  }
}

float larger(float a, float b) { return a > b ? a : b; }

/// Maximum over the columns of a window for the pictures i .. step - 1 of one output position.
template <int size>
void pool_position(const float* const* row,
                   const std::ptrdiff_t* columns,
                   std::ptrdiff_t step,
                   float* target) {
  std::ptrdiff_t i = 0;
  for (; i + kLanes <= step; i += kLanes) {
    __m256 largest = _mm256_loadu_ps(row[0] + columns[0] + i);
#pragma GCC unroll 9
    for (int tap = 1; tap < size * size; tap++) {
      largest = _mm256_max_ps(largest, _mm256_loadu_ps(row[tap / size] + columns[tap % size] + i));
    }
    _mm256_storeu_ps(target + i, largest);
  }
  for (; i < step; i++) {
    float largest = row[0][columns[0] + i];
#pragma GCC unroll 9
    for (int tap = 1; tap < size * size; tap++) {
      largest = larger(largest, row[tap / size][columns[tap % size] + i]);
    }
    target[i] = largest;
  }
}

#include "eyelid/kernels/convolution/pool_planes.inc"

#include "eyelid/kernels/convolution/entries.inc"

void weigh_planes(const float* input,
                  std::ptrdiff_t plane,
                  int channels,
                  const float* weights,
                  float bias,
                  std::ptrdiff_t count,
                  float* sums) {
  for (std::ptrdiff_t p = 0; p < count; p += kConvolutionBlock) {
    __m256 low = _mm256_set1_ps(bias), high = low;
    for (int c = 0; c < channels; c++) {
      const __m256 weight = _mm256_broadcast_ss(weights + c);
      const float* source = input + c * plane + p;
      low = _mm256_fmadd_ps(_mm256_loadu_ps(source), weight, low);
      high = _mm256_fmadd_ps(_mm256_loadu_ps(source + kLanes), weight, high);
    }
    _mm256_storeu_ps(sums + p, low);
    _mm256_storeu_ps(sums + p + kLanes, high);
  }
}

}  // namespace eyelid::kernels::avx2
