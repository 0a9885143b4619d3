// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::avx512 {
namespace {

// The 32 registers: 24 accumulators (6 channels x 4 vectors of 16 pixels), 4 pixels, 1 weight.
constexpr int kLanes = 16;
constexpr int kVectors = 4;
constexpr int kPixels = kVectors * kLanes;
constexpr int kNarrow = 8;  // width of the last maps: half a vector

enum class Relu { No, Yes };

/// Where the vectors of a tile lie; channels are `stride` floats apart.
template <class Float>
struct Places {
  Float* vector[kVectors];
  std::ptrdiff_t stride;
};

/// `group` output channels x `vectors` x 16 pixels; the first `shortcut_count` channels add the
/// shortcut.
template <int group, int vectors, Relu relu>
[[gnu::always_inline]] inline void pointwise_tile(const Places<const float>& x,
                                                  const float* weights,
                                                  int inputs,
                                                  const float* bias,
                                                  const Places<const float>& shortcut,
                                                  int shortcut_count,
                                                  const Places<float>& output) {
  __m512 sums[group][vectors];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      sums[o][v] = _mm512_set1_ps(bias[o]);
      if (o < shortcut_count) {
        const float* source = shortcut.vector[v] + o * shortcut.stride;
        sums[o][v] = _mm512_add_ps(sums[o][v], _mm512_loadu_ps(source));
      }
    }
  }
  for (std::ptrdiff_t k = 0; k < inputs; k++, weights += group) {
    __m512 pixels[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) pixels[v] = _mm512_loadu_ps(x.vector[v] + k * x.stride);
#pragma GCC unroll 6
    for (int o = 0; o < group; o++) {
      const __m512 weight = _mm512_set1_ps(weights[o]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) {
        sums[o][v] = _mm512_fmadd_ps(pixels[v], weight, sums[o][v]);
      }
    }
  }
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const __m512 result =
          relu == Relu::Yes ? _mm512_max_ps(sums[o][v], _mm512_setzero_ps()) : sums[o][v];
      _mm512_storeu_ps(output.vector[v] + o * output.stride, result);
    }
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

/// A pointwise convolution over a strip part of up to two tiles.
struct PointwisePart {
  int tile_count = 0;
  int vectors = kVectors;  // per tile: 4, or 2 for the 32 pixels of a narrow strip
  Places<const float> x[2];
  Places<const float> shortcut[2];
  Places<float> output[2];
};

template <int group, Relu relu>
void part_group(const BlazePointwise& layer,
                int begin,
                const float* weights,
                const PointwisePart& part) {
  for (int i = 0; i < part.tile_count; i++) {
    Places<const float> shortcut = part.shortcut[i];
    Places<float> output = part.output[i];
    for (int v = 0; v < part.vectors; v++) {
      shortcut.vector[v] += begin * shortcut.stride;
      output.vector[v] += begin * output.stride;
    }
    const int shortcut_count = relu == Relu::Yes ? layer.inputs - begin : 0;
    const float* bias = layer.bias + begin;
    if (part.vectors == kVectors) {
      pointwise_tile<group, kVectors, relu>(
          part.x[i], weights, layer.inputs, bias, shortcut, shortcut_count, output);
    } else {
      pointwise_tile<group, 2, relu>(
          part.x[i], weights, layer.inputs, bias, shortcut, shortcut_count, output);
    }
  }
}

template <Relu relu>
void run_pointwise(const BlazePointwise& layer, const PointwisePart& part) {
  for_each_group(
      layer.inputs, layer.outputs, layer.weights, [&](int group, int begin, const float* w) {
        switch (group) {
          case 6:
            return part_group<6, relu>(layer, begin, w, part);
          case 5:
            return part_group<5, relu>(layer, begin, w, part);
          case 4:
            return part_group<4, relu>(layer, begin, w, part);
          case 3:
            return part_group<3, relu>(layer, begin, w, part);
          case 2:
            return part_group<2, relu>(layer, begin, w, part);
          default:
            return part_group<1, relu>(layer, begin, w, part);
        }
      });
}

/// Copies rows of 8 into [channel][4][8] and back, so that two rows fill a vector.
void gather_narrow(const float* const* rows, int channels, float* packed) {
  for (int c = 0; c < channels; c++) {
    for (int y = 0; y < kStripRows; y++, packed += kNarrow) {
      _mm256_storeu_ps(packed, _mm256_loadu_ps(rows[y] + c * kNarrow));
    }
  }
}
void scatter_narrow(const float* packed, int channels, float* const* rows) {
  for (int c = 0; c < channels; c++) {
    for (int y = 0; y < kStripRows; y++, packed += kNarrow) {
      _mm256_storeu_ps(rows[y] + c * kNarrow, _mm256_loadu_ps(packed));
    }
  }
}

/// Depthwise 3x3, stride 1: 4 rows x 16 columns at x of one channel. `left` and `right` clear the
/// lanes that lie outside of the map.
[[gnu::always_inline]] inline void depthwise_tile(const float* const* rows,
                                                  std::ptrdiff_t offset,
                                                  const __m512* weights,
                                                  __m512 bias,
                                                  __mmask16 left,
                                                  __mmask16 right,
                                                  float* output,
                                                  std::ptrdiff_t pitch) {
  __m512 sums[kStripRows] = {bias, bias, bias, bias};
#pragma GCC unroll 6
  for (int i = 0; i < kStripRows + 2; i++) {
    const float* source = rows[i] + offset;
    const __m512 taps[3] = {_mm512_maskz_mov_ps(left, _mm512_loadu_ps(source - 1)),
                            _mm512_loadu_ps(source),
                            _mm512_maskz_mov_ps(right, _mm512_loadu_ps(source + 1))};
#pragma GCC unroll 3
    for (int dx = 0; dx < 3; dx++) {
#pragma GCC unroll 3
      for (int dy = 0; dy < 3; dy++) {
        const int y = i - dy;
        if (y >= 0 && y < kStripRows) {
          sums[y] = _mm512_fmadd_ps(taps[dx], weights[3 * dy + dx], sums[y]);
        }
      }
    }
  }
#pragma GCC unroll 4
  for (int y = 0; y < kStripRows; y++) _mm512_storeu_ps(output + y * pitch, sums[y]);
}

void depthwise_stride1(
    const BlazeBlock& block, const BlazeStrip& strip, int x_begin, int columns, float* middle) {
  for (int c = 0; c < block.pointwise.inputs; c++) {
    __m512 weights[9];
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) weights[i] = _mm512_set1_ps(block.depthwise[9 * c + i]);
    const __m512 bias = _mm512_set1_ps(block.depthwise_bias[c]);
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * strip.width;
    for (int x = x_begin; x < x_begin + columns; x += kLanes) {
      depthwise_tile(strip.input,
                     plane + x,
                     weights,
                     bias,
                     x == 0 ? 0xFFFE : 0xFFFF,
                     x + kLanes == strip.width ? 0x7FFF : 0xFFFF,
                     middle + (x - x_begin),
                     columns);
    }
    middle += kStripRows * columns;
  }
}

/// The same on a map of 8 columns, in half vectors.
void depthwise_stride1_narrow(const BlazeBlock& block, const BlazeStrip& strip, float* middle) {
  const __m256 keep_left = _mm256_castsi256_ps(_mm256_setr_epi32(0, -1, -1, -1, -1, -1, -1, -1));
  const __m256 keep_right = _mm256_castsi256_ps(_mm256_setr_epi32(-1, -1, -1, -1, -1, -1, -1, 0));
  for (int c = 0; c < block.pointwise.inputs; c++, middle += kStripRows * kNarrow) {
    const float* weights = block.depthwise + 9 * c;
    const __m256 bias = _mm256_set1_ps(block.depthwise_bias[c]);
    __m256 sums[kStripRows] = {bias, bias, bias, bias};
#pragma GCC unroll 6
    for (int i = 0; i < kStripRows + 2; i++) {
      const float* source = strip.input[i] + c * kNarrow;
      const __m256 taps[3] = {_mm256_and_ps(_mm256_loadu_ps(source - 1), keep_left),
                              _mm256_loadu_ps(source),
                              _mm256_and_ps(_mm256_loadu_ps(source + 1), keep_right)};
#pragma GCC unroll 3
      for (int dy = 0; dy < 3; dy++) {
        const int y = i - dy;
        if (y < 0 || y >= kStripRows) continue;
#pragma GCC unroll 3
        for (int dx = 0; dx < 3; dx++) {
          sums[y] = _mm256_fmadd_ps(taps[dx], _mm256_set1_ps(weights[3 * dy + dx]), sums[y]);
        }
      }
    }
#pragma GCC unroll 4
    for (int y = 0; y < kStripRows; y++) _mm256_storeu_ps(middle + y * kNarrow, sums[y]);
  }
}

__m512i even_lanes() {
  return _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
__m512i odd_lanes() {
  return _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/// Depthwise 3x3 with stride 2, and the 2x2 maximum, for up to 16 pixels of one output row.
/// `keep` clears the tap right of the map.
[[gnu::always_inline]] inline void depthwise_stride2_tile(const float* const* rows,
                                                          std::ptrdiff_t offset,
                                                          __mmask16 keep,
                                                          const float* weights,
                                                          float bias,
                                                          __m512& output,
                                                          __m512& pooled) {
  output = _mm512_set1_ps(bias);
#pragma GCC unroll 3
  for (int dy = 0; dy < 3; dy++) {
    const float* source = rows[dy] + offset;
    const __m512 low = _mm512_loadu_ps(source), high = _mm512_loadu_ps(source + 16);
    const __m512 next_low = _mm512_loadu_ps(source + 2), next_high = _mm512_loadu_ps(source + 18);
    const __m512 even = _mm512_permutex2var_ps(low, even_lanes(), high);
    const __m512 odd = _mm512_permutex2var_ps(low, odd_lanes(), high);
    const __m512 next = _mm512_permutex2var_ps(next_low, even_lanes(), next_high);
    output = _mm512_fmadd_ps(even, _mm512_set1_ps(weights[3 * dy]), output);
    output = _mm512_fmadd_ps(odd, _mm512_set1_ps(weights[3 * dy + 1]), output);
    output = _mm512_fmadd_ps(
        _mm512_maskz_mov_ps(keep, next), _mm512_set1_ps(weights[3 * dy + 2]), output);
    if (dy == 0) pooled = _mm512_max_ps(even, odd);
    if (dy == 1) pooled = _mm512_max_ps(pooled, _mm512_max_ps(even, odd));
  }
}

void depthwise_stride2(const BlazeBlock& block,
                       const BlazeStrip& strip,
                       int x_begin,
                       int columns,
                       float* middle,
                       float* pooled) {
  for (int c = 0; c < block.pointwise.inputs; c++) {
    const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(c) * 2 * strip.width;
    for (int y = 0; y < kStripRows; y++, middle += columns, pooled += columns) {
      for (int x = 0; x < columns; x += kLanes) {
        const bool is_narrow = columns == kNarrow;
        const bool is_last = x_begin + x + kLanes >= strip.width;
        const __mmask16 keep = !is_last ? 0xFFFF : is_narrow ? 0x007F : 0x7FFF;
        __m512 sum{}, largest{};
        depthwise_stride2_tile(strip.input + 2 * y,
                               plane + 2 * (x_begin + x),
                               keep,
                               block.depthwise + 9 * c,
                               block.depthwise_bias[c],
                               sum,
                               largest);
        if (is_narrow) {
          _mm256_storeu_ps(middle, _mm512_castps512_ps256(sum));
          _mm256_storeu_ps(pooled, _mm512_castps512_ps256(largest));
        } else {
          _mm512_storeu_ps(middle + x, sum);
          _mm512_storeu_ps(pooled + x, largest);
        }
      }
    }
  }
}

/// Tiles over `columns` (16 or 32) columns of 4 rows; plain pixel lists for x and pooled.
PointwisePart wide_part(
    const BlazeStrip& strip, int x, int columns, const float* middle, const float* pooled) {
  PointwisePart part;
  part.tile_count = kStripRows * columns / kPixels;
  for (int i = 0; i < part.tile_count; i++) {
    part.x[i].stride = kStripRows * columns;
    part.shortcut[i].stride = pooled != nullptr ? kStripRows * columns : strip.width;
    part.output[i].stride = strip.width;
    for (int v = 0; v < kVectors; v++) {
      const int pixel = i * kPixels + v * kLanes;
      const int y = columns == kLanes ? v : pixel / kStripColumns;
      const int column = x + (columns == kLanes ? 0 : pixel % kStripColumns);
      part.x[i].vector[v] = middle + pixel;
      part.shortcut[i].vector[v] = pooled != nullptr ? pooled + pixel : strip.input[y + 1] + column;
      part.output[i].vector[v] = strip.output[y] + column;
    }
  }
  return part;
}

/// One tile of 2 vectors over packed [channel][32] buffers.
PointwisePart narrow_part(const float* x, const float* shortcut, float* output) {
  constexpr int kStripPixels = kStripRows * kNarrow;
  PointwisePart part;
  part.tile_count = 1;
  part.vectors = 2;
  part.x[0] = {{x, x + kLanes}, kStripPixels};
  part.shortcut[0] = {{shortcut, shortcut + kLanes}, kStripPixels};
  part.output[0] = {{output, output + kLanes}, kStripPixels};
  return part;
}

void narrow_block(const BlazeBlock& block, const BlazeStrip& strip) {
  const int size = block.pointwise.inputs * kStripRows * kNarrow;
  float* middle = strip.workspace;
  float* shortcut = middle + size;
  float* output = shortcut + size;
  if (block.stride == 1) {
    depthwise_stride1_narrow(block, strip, middle);
    gather_narrow(strip.input + 1, block.pointwise.inputs, shortcut);
  } else {
    depthwise_stride2(block, strip, 0, kNarrow, middle, shortcut);
  }
  run_pointwise<Relu::Yes>(block.pointwise, narrow_part(middle, shortcut, output));
  scatter_narrow(output, block.pointwise.outputs, strip.output);
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
  for (int i = 0; i < width; i += 8) {
    const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + 2 * i));
    store(odd + i, _mm_and_si128(both, _mm_set1_epi16(0xff)));
    store(even + 1 + i, _mm_srli_epi16(both, 8));
  }
  even[width + 1] = 0.0f;
  odd[width] = 0.0f;
  odd[width + 1] = 0.0f;
}

/// `group` output channels x `vectors` x 16 pixels of the stem; rows as split_row leaves them.
template <int group, int vectors>
[[gnu::always_inline]] inline void stem_tile(const float* rows,
                                             std::ptrdiff_t half_pitch,
                                             const float* weights,
                                             const float* bias,
                                             float* output,
                                             std::ptrdiff_t plane) {
  __m512 sums[group][vectors];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sums[o][v] = _mm512_set1_ps(bias[o]);
  }
  for (int dy = 0; dy < 5; dy++, rows += 2 * half_pitch) {
    for (int dx = 0; dx < 5; dx++, weights += group) {
      const float* source = rows + (dx % 2) * half_pitch + dx / 2;
      __m512 pixels[vectors];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) pixels[v] = _mm512_loadu_ps(source + v * kLanes);
#pragma GCC unroll 6
      for (int o = 0; o < group; o++) {
        const __m512 weight = _mm512_set1_ps(weights[o]);
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
          sums[o][v] = _mm512_fmadd_ps(pixels[v], weight, sums[o][v]);
        }
      }
    }
  }
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      _mm512_storeu_ps(output + o * plane + v * kLanes,
                       _mm512_max_ps(sums[o][v], _mm512_setzero_ps()));
    }
  }
}

template <int group>
void stem_group(const BlazeStem& stem,
                int begin,
                const float* weights,
                const BlazeStemStrip& strip,
                std::ptrdiff_t half_pitch) {
  const float* bias = stem.bias + begin;
  for (int y = 0; y < kStripRows; y++) {
    const float* rows = strip.workspace + 2 * y * 2 * half_pitch;
    float* output = strip.output[y] + begin * strip.width;
    int x = 0;
    for (; x + kPixels <= strip.width; x += kPixels) {
      stem_tile<group, kVectors>(rows + x, half_pitch, weights, bias, output + x, strip.width);
    }
    for (; x < strip.width; x += kLanes) {
      stem_tile<group, 1>(rows + x, half_pitch, weights, bias, output + x, strip.width);
    }
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
  if (strip.width == kNarrow) return narrow_block(block, strip);
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
    run_pointwise<Relu::Yes>(block.pointwise, wide_part(strip, x, columns, middle, pooled));
  }
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  const std::ptrdiff_t plane = kStripRows * width;
  if (width == kNarrow) {
    alignas(64) float packed[kBlazeMaxChannels * kStripRows * kNarrow];
    gather_narrow(rows, layer.inputs, packed);
    return run_pointwise<Relu::No>(layer, narrow_part(packed, packed, output));
  }
  // Tiles of 4 vectors: 4 rows of one column of vectors.
  for (int x = 0; x < width; x += kLanes) {
    PointwisePart part;
    part.tile_count = 1;
    part.x[0].stride = width;
    part.output[0].stride = plane;
    for (int v = 0; v < kVectors; v++) {
      part.x[0].vector[v] = rows[v] + x;
      part.output[0].vector[v] = output + v * width + x;
    }
    part.shortcut[0] = part.x[0];
    run_pointwise<Relu::No>(layer, part);
  }
}

void blaze_regress(const float* input,
                   std::ptrdiff_t stride,
                   int inputs,
                   const float* weights,
                   const float* bias,
                   float* output) {
  __m512 sum = _mm512_loadu_ps(bias);
  for (int k = 0; k < inputs; k++) {
    sum =
        _mm512_fmadd_ps(_mm512_set1_ps(input[k * stride]), _mm512_loadu_ps(weights + 16 * k), sum);
  }
  _mm512_storeu_ps(output, sum);
}

}  // namespace eyelid::kernels::avx512
