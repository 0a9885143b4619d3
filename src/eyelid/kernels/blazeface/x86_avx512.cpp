// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::avx512 {
namespace {

// One translation unit in four files: a kernel may share nothing with code for older processors.
#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/x86_avx512_pointwise.inc"

#include "eyelid/kernels/blazeface/x86_avx512_depthwise.inc"

/// The normalized row of the picture with its padding, even and odd positions apart:
/// even[i] = pixel 2 i - 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  even[0] = 0.0f;
  const __m512 scale = _mm512_set1_ps(stem.scale), offset = _mm512_set1_ps(stem.offset);
  for (int i = 0; i < width; i += kLanes) {
    const __m512i both =
        _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(pixels + 2 * i)));
    const __m512 low = _mm512_cvtepi32_ps(_mm512_and_si512(both, _mm512_set1_epi32(0xffff)));
    const __m512 high = _mm512_cvtepi32_ps(_mm512_srli_epi32(both, 16));
    _mm512_storeu_ps(odd + i, _mm512_add_ps(_mm512_mul_ps(low, scale), offset));
    _mm512_storeu_ps(even + 1 + i, _mm512_add_ps(_mm512_mul_ps(high, scale), offset));
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

template <int width>
void block_of_width(const BlazeBlock& block, const BlazeStrip& strip) {
  float* middle = strip.workspace;
  PointwiseStrip part{middle,
                      0,
                      strip.input[1],
                      strip.input[2] - strip.input[1],
                      strip.output[0],
                      strip.output[1] - strip.output[0]};
  if (block.stride == 1) {
    depthwise_stride1<width>(block, strip, middle);
    return run_pointwise<width, Relu::Yes, Shortcut::Map>(block.pointwise, part);
  }
  float* pooled = middle + block.pointwise.inputs * kStripRows * width;
  part.shortcut = pooled;
  depthwise_stride2<width>(block, strip, middle, pooled);
  run_pointwise<width, Relu::Yes, Shortcut::Packed>(block.pointwise, part);
}

template <int width>
void pointwise_of_width(const BlazePointwise& layer, const float* const* rows, float* output) {
  const PointwiseStrip part{rows[0], rows[1] - rows[0], rows[0], 0, output, width};
  run_pointwise<width, Relu::No, Shortcut::None>(layer, part);
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
  for_each_group(stem.outputs, [&]<int group>(int begin) {
    stem_group<group>(stem, begin, stem.weights + begin * kBlazeStemTaps, strip, half_pitch);
  });
}

void blaze_block(const BlazeBlock& block, const BlazeStrip& strip) {
  switch (strip.width) {
    case 64:
      return block_of_width<64>(block, strip);
    case 32:
      return block_of_width<32>(block, strip);
    case 16:
      return block_of_width<16>(block, strip);
    default:
      return block_of_width<kNarrow>(block, strip);
  }
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  switch (width) {
    case 64:
      return pointwise_of_width<64>(layer, rows, output);
    case 32:
      return pointwise_of_width<32>(layer, rows, output);
    case 16:
      return pointwise_of_width<16>(layer, rows, output);
    default:
      return pointwise_of_width<kNarrow>(layer, rows, output);
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
