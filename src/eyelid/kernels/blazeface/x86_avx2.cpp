// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// The 16 registers: 12 accumulators (6 channels x 2 vectors of 8 pixels), 2 pixels, 1 weight.
// 12 independent sums hide the latency of 4 cycles at 2 multiply-adds per cycle.
constexpr int kLanes = 8;
using Vector = __m256;

[[gnu::always_inline]] inline Vector load(const float* source) { return _mm256_loadu_ps(source); }
[[gnu::always_inline]] inline void store(float* target, Vector v) { _mm256_storeu_ps(target, v); }
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  return _mm256_broadcast_ss(source);
}
[[gnu::always_inline]] inline Vector zeros() { return _mm256_setzero_ps(); }
[[gnu::always_inline]] inline Vector held(Vector v) {
  // Else g++ folds the load into each of 3 multiply-adds, and unaligned loads cost most.
  asm("" : "+x"(v));
  return v;
}
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm256_max_ps(a, b); }
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return _mm256_fmadd_ps(a, b, sum);
}
[[gnu::always_inline]] inline Vector without_first(Vector v) {
  return _mm256_blend_ps(v, _mm256_setzero_ps(), 0x01);
}
[[gnu::always_inline]] inline Vector without_last(Vector v) {
  return _mm256_blend_ps(v, _mm256_setzero_ps(), 0x80);
}

struct Halves {
  Vector even;
  Vector odd;
};
/// In the order that shuffle_ps makes: 0 1 4 5 | 2 3 6 7.
[[gnu::always_inline]] inline Halves load_halves(const float* source) {
  const __m256 low = _mm256_loadu_ps(source), high = _mm256_loadu_ps(source + 8);
  return {_mm256_shuffle_ps(low, high, 0x88), _mm256_shuffle_ps(low, high, 0xDD)};
}
[[gnu::always_inline]] inline Vector in_order(Vector v) {
  return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xD8));
}

/// Normalizes a row of the picture: even[i + 1] = pixel 2 i + 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
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
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/pairs_pointwise.inc"

#include "eyelid/kernels/blazeface/pairs_depthwise.inc"

#include "eyelid/kernels/blazeface/stem.inc"

#include "eyelid/kernels/blazeface/pairs_strips.inc"

}  // namespace eyelid::kernels::avx2
