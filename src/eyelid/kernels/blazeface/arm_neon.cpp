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

/// Calls body(first row, its column, second row, its column, index of the first pixel) for each
/// pair of vectors of 4 rows x `columns`: neighbours in a row, or two rows where a row is one
/// vector.
template <class Body>
[[gnu::always_inline]] inline void for_each_pair(int columns, Body body) {
  const int row_step = columns == kLanes ? 1 : 0;
  const int column_step = columns == kLanes ? 0 : kLanes;
  int pixel = 0;
  for (int y = 0; y < kStripRows; y += 1 + row_step) {
    for (int x = 0; x < columns; x += kPixels, pixel += kPixels) {
      body(y, x, y + row_step, x + column_step, pixel);
    }
  }
}

/// Part of a strip, after the depthwise convolution: addresses of its pairs of vectors in channel
/// 0.
struct StripPart {
  const float* middle;  // [channel][4][columns]
  std::ptrdiff_t pitch;
  int pair_count;
  Pair<const float> shortcut[kStripRows * kStripColumns / kPixels];
  Pair<float> output[kStripRows * kStripColumns / kPixels];
};

/// `pooled`: the shortcut of stride 2, laid out as `middle`; null for stride 1.
StripPart strip_part(
    const BlazeStrip& strip, int x, int columns, const float* middle, const float* pooled) {
  StripPart part{middle, kStripRows * columns, 0, {}, {}};
  for_each_pair(columns, [&](int y0, int x0, int y1, int x1, int pixel) {
    const int i = part.pair_count++;
    if (pooled != nullptr) {
      part.shortcut[i] = {pooled + pixel, pooled + pixel + kLanes, part.pitch};
    } else {
      part.shortcut[i] = {strip.input[y0 + 1] + x + x0, strip.input[y1 + 1] + x + x1, strip.width};
    }
    part.output[i] = {strip.output[y0] + x + x0, strip.output[y1] + x + x1, strip.width};
  });
  return part;
}

template <class Float>
Pair<Float> at_channel(const Pair<Float>& pair, int channel) {
  const std::ptrdiff_t offset = channel * pair.stride;
  return {pair.first + offset, pair.second + offset, pair.stride};
}

/// One group of output channels over all pixels of a strip part.
template <int group>
void block_group(const BlazePointwise& layer,
                 int begin,
                 const float* weights,
                 const StripPart& part) {
  const float* x = part.middle;
  for (int i = 0; i < part.pair_count; i++, x += kPixels) {
    pointwise_tile<group, Relu::Yes>({x, x + kLanes, part.pitch},
                                     weights,
                                     layer.inputs,
                                     layer.bias + begin,
                                     at_channel(part.shortcut[i], begin),
                                     layer.inputs - begin,
                                     at_channel(part.output[i], begin));
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

void pointwise_part(const BlazePointwise& layer, const StripPart& part) {
  for_each_group(
      layer.inputs, layer.outputs, layer.weights, [&](int group, int begin, const float* w) {
        switch (group) {
          case 6:
            return block_group<6>(layer, begin, w, part);
          case 5:
            return block_group<5>(layer, begin, w, part);
          case 4:
            return block_group<4>(layer, begin, w, part);
          case 3:
            return block_group<3>(layer, begin, w, part);
          case 2:
            return block_group<2>(layer, begin, w, part);
          default:
            return block_group<1>(layer, begin, w, part);
        }
      });
}

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

template <int vectors, bool is_first, bool is_last>
void depthwise_columns(
    const BlazeBlock& block, const BlazeStrip& strip, int x, float* middle, int columns) {
  const float* rows[kStripRows + 2];
  for (int i = 0; i < kStripRows + 2; i++) rows[i] = strip.input[i];
  for (int c = 0; c < block.pointwise.inputs; c++) {
    depthwise_tile<vectors, is_first, is_last>(rows,
                                               static_cast<std::ptrdiff_t>(c) * strip.width + x,
                                               block.depthwise + 9 * c,
                                               block.depthwise_bias[c],
                                               middle + c * kStripRows * columns,
                                               columns);
  }
}

void depthwise_stride1(
    const BlazeBlock& block, const BlazeStrip& strip, int x_begin, int columns, float* middle) {
  if (columns == kLanes) return depthwise_columns<1, true, true>(block, strip, 0, middle, columns);
  for (int x = x_begin; x < x_begin + columns; x += kPixels) {
    float* output = middle + (x - x_begin);
    const bool is_first = x == 0, is_last = x + kPixels == strip.width;
    if (is_first && is_last) {
      depthwise_columns<2, true, true>(block, strip, x, output, columns);
    } else if (is_first) {
      depthwise_columns<2, true, false>(block, strip, x, output, columns);
    } else if (is_last) {
      depthwise_columns<2, false, true>(block, strip, x, output, columns);
    } else {
      depthwise_columns<2, false, false>(block, strip, x, output, columns);
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

/// The normalised row of the picture with its padding, even and odd positions apart:
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
  const std::ptrdiff_t plane = kStripRows * width;
  for_each_pair(width, [&](int y0, int x0, int y1, int x1, int pixel) {
    float* target = output + begin * plane + pixel;
    pointwise_tile<group, Relu::No>({rows[y0] + x0, rows[y1] + x1, width},
                                    weights,
                                    layer.inputs,
                                    layer.bias + begin,
                                    {},
                                    0,
                                    {target, target + kLanes, plane});
  });
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
    pointwise_part(block.pointwise, strip_part(strip, x, columns, middle, pooled));
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
