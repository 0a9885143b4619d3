// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::neon {
namespace {

constexpr int kLanes = 4;
constexpr int kGroup = kConvolutionGroup;

[[gnu::always_inline]] inline float32x4_t prelu(float32x4_t value, float32x4_t slope) {
  return vbslq_f32(vcltzq_f32(value), vmulq_f32(value, slope), value);
}

/// 8 channels x `vectors` x 4 positions. `weights`, `bias` and `slopes` begin at the group.
template <int window, int vectors>
[[gnu::always_inline]] inline void convolve_tile(int inputs,
                                                 const float* weights,
                                                 const float* bias,
                                                 const float* slopes,
                                                 const ConvolutionInput& input,
                                                 const float* source,
                                                 float* target,
                                                 std::ptrdiff_t plane) {
  float32x4_t sums[kGroup][vectors];
#pragma GCC unroll 8
  for (int o = 0; o < kGroup; o++) {
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) sums[o][v] = vdupq_n_f32(bias[o]);
  }
  for (int k = 0; k < inputs; k++, source += input.plane) {
#pragma GCC unroll 3
    for (int dy = 0; dy < window; dy++) {
#pragma GCC unroll 3
      for (int dx = 0; dx < window; dx++, weights += kGroup) {
        const float* taps = source + dy * input.row + dx * input.step;
        const float32x4_t low = vld1q_f32(weights), high = vld1q_f32(weights + 4);
#pragma GCC unroll 3
        for (int v = 0; v < vectors; v++) {
          const float32x4_t pixels = vld1q_f32(taps + v * kLanes);
          sums[0][v] = vfmaq_laneq_f32(sums[0][v], pixels, low, 0);
          sums[1][v] = vfmaq_laneq_f32(sums[1][v], pixels, low, 1);
          sums[2][v] = vfmaq_laneq_f32(sums[2][v], pixels, low, 2);
          sums[3][v] = vfmaq_laneq_f32(sums[3][v], pixels, low, 3);
          sums[4][v] = vfmaq_laneq_f32(sums[4][v], pixels, high, 0);
          sums[5][v] = vfmaq_laneq_f32(sums[5][v], pixels, high, 1);
          sums[6][v] = vfmaq_laneq_f32(sums[6][v], pixels, high, 2);
          sums[7][v] = vfmaq_laneq_f32(sums[7][v], pixels, high, 3);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int o = 0; o < kGroup; o++) {
    const float32x4_t slope = vdupq_n_f32(slopes[o]);
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) {
      vst1q_f32(target + o * plane + v * kLanes, prelu(sums[o][v], slope));
    }
  }
}

/// One column of tiles, down the rows.
template <int window, int vectors>
void convolve_column(const Convolution& layer,
                     int group,
                     const ConvolutionInput& input,
                     const ConvolutionOutput& output,
                     int rows,
                     std::ptrdiff_t at) {
  const float* source = input.data + at;
  float* target = output.data + group * output.plane + at;
  for (int y = 0; y < rows; y++, source += input.row, target += output.row) {
    convolve_tile<window, vectors>(layer.inputs,
                                   layer.weights + group * layer.inputs * window * window,
                                   layer.bias + group,
                                   layer.slopes + group,
                                   input,
                                   source,
                                   target,
                                   output.plane);
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
        convolve_column<window, 3>(layer, group, input, output, rows, at);
        block += 3;
      } else if (left >= 2) {
        convolve_column<window, 2>(layer, group, input, output, rows, at);
        block += 2;
      } else {
        convolve_column<window, 1>(layer, group, input, output, rows, at);
        block += 1;
      }
    }
  }
}

/// Up to 4 pooled positions of all channels.
template <int pool_rows>
void convolve_gray_block(const GrayLayer& layer,
                         const GrayRows& rows,
                         std::ptrdiff_t i,
                         const ConvolutionOutput& output) {
  for (int o = 0; o < layer.outputs; o++) {
    const float* weights = layer.weights + 9 * o;
    float32x4_t sums[pool_rows][2];
#pragma GCC unroll 2
    for (int dy = 0; dy < pool_rows; dy++) {
      sums[dy][0] = sums[dy][1] = vdupq_n_f32(layer.bias[o]);
    }
#pragma GCC unroll 4
    for (int r = 0; r < pool_rows + 2; r++) {
      const float32x4_t taps[4] = {vld1q_f32(rows.even[r] + i),
                                   vld1q_f32(rows.odd[r] + i),
                                   vld1q_f32(rows.even[r] + i + 1),
                                   vld1q_f32(rows.odd[r] + i + 1)};
#pragma GCC unroll 2
      for (int dy = 0; dy < pool_rows; dy++) {
        if (r < dy || r > dy + 2) continue;
#pragma GCC unroll 3
        for (int dx = 0; dx < 3; dx++) {
          const float32x4_t weight = vld1q_dup_f32(weights + 3 * (r - dy) + dx);
          sums[dy][0] = vfmaq_f32(sums[dy][0], taps[dx], weight);
          sums[dy][1] = vfmaq_f32(sums[dy][1], taps[dx + 1], weight);
        }
      }
    }
    const float32x4_t slope = vdupq_n_f32(layer.slopes[o]);
    float32x4_t largest = vmaxq_f32(prelu(sums[0][0], slope), prelu(sums[0][1], slope));
    if (pool_rows == 2) {
      largest = vmaxq_f32(largest, prelu(sums[pool_rows - 1][0], slope));
      largest = vmaxq_f32(largest, prelu(sums[pool_rows - 1][1], slope));
    }
    vst1q_f32(output.data + o * output.plane + i, largest);
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
    float32x4_t largest = vld1q_f32(row[0] + columns[0] + i);
#pragma GCC unroll 9
    for (int tap = 1; tap < size * size; tap++) {
      largest = vmaxq_f32(largest, vld1q_f32(row[tap / size] + columns[tap % size] + i));
    }
    vst1q_f32(target + i, largest);
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
    float32x4_t block[4];
    for (float32x4_t& sum : block) sum = vdupq_n_f32(bias);
    for (int c = 0; c < channels; c++) {
      const float* source = input + c * plane + p;
      for (int v = 0; v < 4; v++) {
        block[v] = vfmaq_n_f32(block[v], vld1q_f32(source + v * kLanes), weights[c]);
      }
    }
    for (int v = 0; v < 4; v++) vst1q_f32(sums + p + v * kLanes, block[v]);
  }
}

}  // namespace eyelid::kernels::neon
