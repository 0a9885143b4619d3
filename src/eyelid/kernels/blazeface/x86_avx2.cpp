// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// The 16 registers: 12 accumulators (6 channels x 2 vectors of 8 pixels), 2 pixels, 1 weight.
// 12 independent sums hide the latency of 4 cycles at 2 multiply-adds per cycle.
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
#pragma GCC unroll 2
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

/// The pixels of a strip as one list of vectors: 4 rows x `columns`, row after row.
struct StripPixels {
  int columns;
  int row_of(int vector) const { return vector * kLanes / columns; }
  int column_of(int vector) const { return vector * kLanes % columns; }
  int pairs() const { return kStripRows * columns / kPixels; }
};

/// One group of output channels over all pixels of a strip part.
template <int group>
void block_group(const BlazePointwise& layer,
                 int begin,
                 const float* weights,
                 const float* middle,
                 const BlazeStrip& strip,
                 int x,
                 StripPixels pixels,
                 const float* pooled) {
  const std::ptrdiff_t pitch = kStripRows * pixels.columns;
  const std::ptrdiff_t plane = strip.width;
  const int left = layer.inputs - begin;
  for (int pair = 0; pair < pixels.pairs(); pair++) {
    const int v0 = 2 * pair, v1 = v0 + 1;
    const std::ptrdiff_t offset0 = begin * plane + x + pixels.column_of(v0);
    const std::ptrdiff_t offset1 = begin * plane + x + pixels.column_of(v1);
    const float* pixel = middle + pair * kPixels;
    Pair<const float> shortcut;
    if (pooled != nullptr) {
      const float* source = pooled + begin * pitch + pair * kPixels;
      shortcut = {source, source + kLanes, pitch};
    } else {
      shortcut = {strip.input[pixels.row_of(v0) + 1] + offset0,
                  strip.input[pixels.row_of(v1) + 1] + offset1,
                  plane};
    }
    pointwise_tile<group, Relu::Yes>({pixel, pixel + kLanes, pitch},
                                     weights,
                                     layer.inputs,
                                     layer.bias + begin,
                                     shortcut,
                                     left,
                                     {strip.output[pixels.row_of(v0)] + offset0,
                                      strip.output[pixels.row_of(v1)] + offset1,
                                      plane});
  }
}

/// Calls body(group size, first channel, weights) for each packed group.
template <class Body>
[[gnu::always_inline]] inline void for_each_group(int inputs,
                                                  int outputs,
                                                  const float* weights,
                                                  Body body) {
  const int groups = (outputs + kChannelGroup - 1) / kChannelGroup;
  const int size = outputs / groups;
  const int larger = outputs % groups;
  int begin = 0;
  for (int i = 0; i < groups; i++) {
    const int group = i < larger ? size + 1 : size;
    body(group, begin, weights + begin * inputs);
    begin += group;
  }
}

void pointwise_part(const BlazePointwise& layer,
                    const float* middle,
                    const BlazeStrip& strip,
                    int x,
                    StripPixels pixels,
                    const float* pooled) {
  for_each_group(
      layer.inputs, layer.outputs, layer.weights, [&](int group, int begin, const float* w) {
        switch (group) {
          case 6:
            return block_group<6>(layer, begin, w, middle, strip, x, pixels, pooled);
          case 5:
            return block_group<5>(layer, begin, w, middle, strip, x, pixels, pooled);
          case 4:
            return block_group<4>(layer, begin, w, middle, strip, x, pixels, pooled);
          case 3:
            return block_group<3>(layer, begin, w, middle, strip, x, pixels, pooled);
          case 2:
            return block_group<2>(layer, begin, w, middle, strip, x, pixels, pooled);
          default:
            return block_group<1>(layer, begin, w, middle, strip, x, pixels, pooled);
        }
      });
}

/// All ones except the first (last) lane: what lies left (right) of the map counts as 0.
__m256 all_but_first() {
  return _mm256_castsi256_ps(_mm256_setr_epi32(0, -1, -1, -1, -1, -1, -1, -1));
}
__m256 all_but_last() {
  return _mm256_castsi256_ps(_mm256_setr_epi32(-1, -1, -1, -1, -1, -1, -1, 0));
}

/// Depthwise 3x3, stride 1: 4 rows x 8 columns at x of one channel. The 9 weights and 4 sums stay
/// in registers; every input vector is loaded once per tap column and used by up to 3 rows.
template <bool is_first, bool is_last>
[[gnu::always_inline]] inline void depthwise_tile(const float* const* rows,
                                                  std::ptrdiff_t offset,
                                                  const __m256* weights,
                                                  __m256 bias,
                                                  float* output,
                                                  std::ptrdiff_t pitch) {
  __m256 sums[kStripRows] = {bias, bias, bias, bias};
#pragma GCC unroll 6
  for (int i = 0; i < kStripRows + 2; i++) {
    const float* source = rows[i] + offset;
#pragma GCC unroll 3
    for (int dx = 0; dx < 3; dx++) {
      __m256 x = _mm256_loadu_ps(source + dx - 1);
      if (is_first && dx == 0) x = _mm256_and_ps(x, all_but_first());
      if (is_last && dx == 2) x = _mm256_and_ps(x, all_but_last());
#pragma GCC unroll 3
      for (int dy = 0; dy < 3; dy++) {
        const int y = i - dy;
        if (y >= 0 && y < kStripRows) sums[y] = _mm256_fmadd_ps(x, weights[3 * dy + dx], sums[y]);
      }
    }
  }
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) _mm256_storeu_ps(output + y * pitch, sums[y]);
}

void depthwise_stride1(
    const BlazeBlock& block, const BlazeStrip& strip, int x_begin, int columns, float* middle) {
  const int x_end = x_begin + columns;
  for (int c = 0; c < block.pointwise.inputs; c++) {
    __m256 weights[9];
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) weights[i] = _mm256_broadcast_ss(block.depthwise + 9 * c + i);
    const __m256 bias = _mm256_broadcast_ss(block.depthwise_bias + c);
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * strip.width;
    for (int x = x_begin; x < x_end; x += kLanes) {
      float* output = middle + (x - x_begin);
      const bool is_first = x == 0, is_last = x + kLanes == strip.width;
      if (is_first && is_last) {
        depthwise_tile<true, true>(strip.input, plane + x, weights, bias, output, columns);
      } else if (is_first) {
        depthwise_tile<true, false>(strip.input, plane + x, weights, bias, output, columns);
      } else if (is_last) {
        depthwise_tile<false, true>(strip.input, plane + x, weights, bias, output, columns);
      } else {
        depthwise_tile<false, false>(strip.input, plane + x, weights, bias, output, columns);
      }
    }
    middle += kStripRows * columns;
  }
}

/// shuffle_ps leaves its results as 0 1 4 5 | 2 3 6 7; this puts them in order.
__m256 in_order(__m256 v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xD8));
}

/// Depthwise 3x3 with stride 2, and the 2x2 maximum, for one output row of 8 pixels.
/// Sums run in shuffled lane order; one permutation at the end restores it.
[[gnu::always_inline]] inline void depthwise_stride2_tile(const float* const* rows,
                                                          std::ptrdiff_t offset,
                                                          bool is_last,
                                                          const __m256* weights,
                                                          __m256 bias,
                                                          float* output,
                                                          float* pooled) {
  // In shuffled order the last pixel is lane 7 as well.
  const __m256 keep = is_last ? all_but_last() : _mm256_castsi256_ps(_mm256_set1_epi32(-1));
  __m256 sum = bias;
  __m256 largest{};
#pragma GCC unroll 3
  for (int dy = 0; dy < 3; dy++) {
    const float* source = rows[dy] + offset;
    const __m256 low = _mm256_loadu_ps(source), high = _mm256_loadu_ps(source + 8);
    const __m256 even = _mm256_shuffle_ps(low, high, 0x88);
    const __m256 odd = _mm256_shuffle_ps(low, high, 0xDD);
    const __m256 next =
        _mm256_shuffle_ps(_mm256_loadu_ps(source + 2), _mm256_loadu_ps(source + 10), 0x88);
    sum = _mm256_fmadd_ps(even, weights[3 * dy], sum);
    sum = _mm256_fmadd_ps(odd, weights[3 * dy + 1], sum);
    sum = _mm256_fmadd_ps(_mm256_and_ps(next, keep), weights[3 * dy + 2], sum);
    if (dy == 0) largest = _mm256_max_ps(even, odd);
    if (dy == 1) largest = _mm256_max_ps(largest, _mm256_max_ps(even, odd));
  }
  _mm256_storeu_ps(output, in_order(sum));
  _mm256_storeu_ps(pooled, in_order(largest));
}

void depthwise_stride2(const BlazeBlock& block,
                       const BlazeStrip& strip,
                       int x_begin,
                       int columns,
                       float* middle,
                       float* pooled) {
  for (int c = 0; c < block.pointwise.inputs; c++) {
    __m256 weights[9];
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) weights[i] = _mm256_broadcast_ss(block.depthwise + 9 * c + i);
    const __m256 bias = _mm256_broadcast_ss(block.depthwise_bias + c);
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * 2 * strip.width;
    for (int y = 0; y < kStripRows; y++) {
      for (int x = 0; x < columns; x += kLanes) {
        depthwise_stride2_tile(strip.input + 2 * y,
                               plane + 2 * (x_begin + x),
                               x_begin + x + kLanes == strip.width,
                               weights,
                               bias,
                               middle + y * columns + x,
                               pooled + y * columns + x);
      }
    }
    middle += kStripRows * columns;
    pooled += kStripRows * columns;
  }
}

/// The normalised row of the picture with its padding, even and odd positions apart:
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

template <int group>
void stem_group(const BlazeStem& stem,
                int begin,
                const float* weights,
                const BlazeStemStrip& strip,
                std::ptrdiff_t half_pitch) {
  for (int y = 0; y < kStripRows; y++) {
    for (int x = 0; x < strip.width; x += kPixels) {
      stem_tile<group>(strip.workspace + 2 * y * 2 * half_pitch + x,
                       2 * half_pitch,
                       half_pitch,
                       weights,
                       stem.bias + begin,
                       strip.output[y] + begin * strip.width + x,
                       strip.width);
    }
  }
}

template <int group>
void rows_group(const BlazePointwise& layer,
                int begin,
                const float* weights,
                const float* const* rows,
                int width,
                float* output) {
  const StripPixels pixels{width};
  const std::ptrdiff_t plane = kStripRows * width;
  for (int pair = 0; pair < pixels.pairs(); pair++) {
    const int v0 = 2 * pair, v1 = v0 + 1;
    float* target = output + begin * plane + pair * kPixels;
    pointwise_tile<group, Relu::No>({rows[pixels.row_of(v0)] + pixels.column_of(v0),
                                     rows[pixels.row_of(v1)] + pixels.column_of(v1),
                                     width},
                                    weights,
                                    layer.inputs,
                                    layer.bias + begin,
                                    {},
                                    0,
                                    {target, target + kLanes, plane});
  }
}

}  // namespace

void blaze_stem(const BlazeStem& stem, const BlazeStemStrip& strip) {
  const std::ptrdiff_t half_pitch = strip.width + 16;
  for (int i = 0; i < 11; i++) {
    float* even = strip.workspace + i * 2 * half_pitch;
    if (strip.input[i] != nullptr) {
      split_row(strip.input[i], strip.width, stem, even, even + half_pitch);
    } else {
      for (std::ptrdiff_t j = 0; j < 2 * half_pitch; j++) even[j] = 0.0f;
    }
  }
  for_each_group(25, stem.outputs, stem.weights, [&](int group, int begin, const float* w) {
    switch (group) {
      case 6:
        return stem_group<6>(stem, begin, w, strip, half_pitch);
      case 5:
        return stem_group<5>(stem, begin, w, strip, half_pitch);
      case 4:
        return stem_group<4>(stem, begin, w, strip, half_pitch);
      case 3:
        return stem_group<3>(stem, begin, w, strip, half_pitch);
      case 2:
        return stem_group<2>(stem, begin, w, strip, half_pitch);
      default:
        return stem_group<1>(stem, begin, w, strip, half_pitch);
    }
  });
}

void blaze_block(const BlazeBlock& block, const BlazeStrip& strip) {
  float* middle = strip.workspace;
  for (int x = 0; x < strip.width; x += kStripColumns) {
    const int left = strip.width - x;
    const int columns = left < kStripColumns ? left : kStripColumns;
    float* pooled = nullptr;
    if (block.stride == 1) {
      depthwise_stride1(block, strip, x, columns, middle);
    } else {
      pooled = middle + block.pointwise.inputs * kStripRows * columns;
      depthwise_stride2(block, strip, x, columns, middle, pooled);
    }
    pointwise_part(block.pointwise, middle, strip, x, {columns}, pooled);
  }
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  for_each_group(
      layer.inputs, layer.outputs, layer.weights, [&](int group, int begin, const float* w) {
        switch (group) {
          case 6:
            return rows_group<6>(layer, begin, w, rows, width, output);
          case 5:
            return rows_group<5>(layer, begin, w, rows, width, output);
          case 4:
            return rows_group<4>(layer, begin, w, rows, width, output);
          case 3:
            return rows_group<3>(layer, begin, w, rows, width, output);
          case 2:
            return rows_group<2>(layer, begin, w, rows, width, output);
          default:
            return rows_group<1>(layer, begin, w, rows, width, output);
        }
      });
}

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
