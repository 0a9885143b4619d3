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
using Vector = __m512;

[[gnu::always_inline]] inline Vector load(const float* source) { return _mm512_loadu_ps(source); }
[[gnu::always_inline]] inline void store(float* target, Vector v) { _mm512_storeu_ps(target, v); }
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  return _mm512_set1_ps(*source);
}
[[gnu::always_inline]] inline Vector zeros() { return _mm512_setzero_ps(); }
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm512_max_ps(a, b); }
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return _mm512_fmadd_ps(a, b, sum);
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/map_widths.inc"

#include "eyelid/kernels/blazeface/x86_avx512_pointwise.inc"

#include "eyelid/kernels/blazeface/x86_avx512_depthwise.inc"

/// Normalizes a row of the picture: even[i + 1] = pixel 2 i + 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  const __m512 scale = _mm512_set1_ps(stem.scale), offset = _mm512_set1_ps(stem.offset);
  for (int i = 0; i < width; i += kLanes) {
    const __m512i both =
        _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(pixels + 2 * i)));
    const __m512 low = _mm512_cvtepi32_ps(_mm512_and_si512(both, _mm512_set1_epi32(0xffff)));
    const __m512 high = _mm512_cvtepi32_ps(_mm512_srli_epi32(both, 16));
    _mm512_storeu_ps(odd + i, _mm512_add_ps(_mm512_mul_ps(low, scale), offset));
    _mm512_storeu_ps(even + 1 + i, _mm512_add_ps(_mm512_mul_ps(high, scale), offset));
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

#include "eyelid/kernels/blazeface/stem.inc"

void blaze_block(const BlazeBlock& block, const BlazeStrip& strip) {
  with_width(strip.width, [&]<int width>() { block_of_width<width>(block, strip); });
}

void blaze_pointwise(const BlazePointwise& layer,
                     const float* const* rows,
                     int width,
                     float* output) {
  with_width(width, [&]<int w>() {
    const PointwiseStrip part{rows[0], rows[1] - rows[0], rows[0], 0, output, w};
    run_pointwise<w, Relu::No, Shortcut::None>(layer, part);
  });
}

}  // namespace eyelid::kernels::avx512
