// SPDX-License-Identifier: MIT
// For processors with SSE4.1 and no AVX2, of 2008 to 2013, which have no fused multiply-add.
#include <smmintrin.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::sse41 {
namespace {

// Two registers are handled as one vector of 8 pixels, as wide as the narrowest map.
constexpr int kLanes = 8;

struct Vector {
  __m128 low;
  __m128 high;
};

[[gnu::always_inline]] inline Vector load(const float* source) {
  return {_mm_loadu_ps(source), _mm_loadu_ps(source + 4)};
}
[[gnu::always_inline]] inline void store(float* target, Vector v) {
  _mm_storeu_ps(target, v.low);
  _mm_storeu_ps(target + 4, v.high);
}
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  const __m128 v = _mm_set1_ps(*source);
  return {v, v};
}
[[gnu::always_inline]] inline Vector zeros() { return {_mm_setzero_ps(), _mm_setzero_ps()}; }
[[gnu::always_inline]] inline Vector held(Vector v) { return v; }
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) {
  return {_mm_add_ps(a.low, b.low), _mm_add_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) {
  return {_mm_max_ps(a.low, b.low), _mm_max_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Vector without_first(Vector v) {
  return {_mm_blend_ps(v.low, _mm_setzero_ps(), 1), v.high};
}
[[gnu::always_inline]] inline Vector without_last(Vector v) {
  return {v.low, _mm_blend_ps(v.high, _mm_setzero_ps(), 8)};
}

/// Two exact products, the numbers added to them, and the sums rounded to double precision.
struct Doubles {
  __m128d product;
  __m128d addend;
  __m128d sum;
};
[[gnu::always_inline]] inline Doubles sums_of(__m128 a, __m128 b, __m128 c) {
  const __m128d product = _mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(b));
  const __m128d addend = _mm_cvtps_pd(c);
  return {product, addend, _mm_add_pd(product, addend)};
}

/// An inexact sum made odd (multiply_add.hpp), then rounded to single precision.
__m128 rounded_once(const Doubles& x) {
  const __m128d rest = _mm_sub_pd(x.sum, x.product);
  const __m128d error =
      _mm_add_pd(_mm_sub_pd(x.product, _mm_sub_pd(x.sum, rest)), _mm_sub_pd(x.addend, rest));
  const __m128i bits = _mm_castpd_si128(x.sum), one = _mm_set1_epi64x(1);
  const __m128i is_even = _mm_cmpeq_epi64(_mm_and_si128(bits, one), _mm_setzero_si128());
  const __m128i is_inexact = _mm_castpd_si128(_mm_cmpneq_pd(error, _mm_setzero_pd()));
  const __m128i signs = _mm_castpd_si128(_mm_xor_pd(error, x.sum));
  const __m128i is_below = _mm_shuffle_epi32(_mm_srai_epi32(signs, 31), 0xf5);
  const __m128i step =
      _mm_and_si128(_mm_or_si128(is_below, one), _mm_and_si128(is_even, is_inexact));
  return _mm_cvtpd_ps(_mm_castsi128_pd(_mm_add_epi64(bits, step)));
}
[[gnu::noinline]] __m128 rounded_once(const Doubles& low, const Doubles& high) {
  return _mm_movelh_ps(rounded_once(low), rounded_once(high));
}

/// a * b + c, rounded once: what multiply_add.hpp does, in four lanes. Inlined it would make a
/// megabyte of the tiles.
[[gnu::noinline]] __m128 multiply_add(__m128 a, __m128 b, __m128 c) {
  const Doubles low = sums_of(a, b, c);
  const Doubles high = sums_of(_mm_movehl_ps(a, a), _mm_movehl_ps(b, b), _mm_movehl_ps(c, c));
  const __m128 first = _mm_castpd_ps(low.sum), second = _mm_castpd_ps(high.sum);
  const __m128i lower_halves = _mm_castps_si128(_mm_shuffle_ps(first, second, 0x88));
  const __m128i upper_halves = _mm_castps_si128(_mm_shuffle_ps(first, second, 0xdd));
  // Like a tie, or below the normal range and not 0.
  const __m128i is_tie = _mm_cmpeq_epi32(_mm_and_si128(lower_halves, _mm_set1_epi32((1 << 29) - 1)),
                                         _mm_set1_epi32(1 << 28));
  const __m128i size = _mm_and_si128(upper_halves, _mm_set1_epi32(0x7fffffff));
  const __m128i is_small = _mm_andnot_si128(_mm_cmpeq_epi32(size, _mm_setzero_si128()),
                                            _mm_cmplt_epi32(size, _mm_set1_epi32(0x38100000)));
  if (_mm_movemask_epi8(_mm_or_si128(is_tie, is_small)) != 0) [[unlikely]] {
    return rounded_once(low, high);
  }
  return _mm_movelh_ps(_mm_cvtpd_ps(low.sum), _mm_cvtpd_ps(high.sum));
}
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return {multiply_add(a.low, b.low, sum.low), multiply_add(a.high, b.high, sum.high)};
}

struct Halves {
  Vector even;
  Vector odd;
};
[[gnu::always_inline]] inline Halves load_halves(const float* source) {
  const Vector first = load(source), second = load(source + 8);
  return {
      {_mm_shuffle_ps(first.low, first.high, 0x88), _mm_shuffle_ps(second.low, second.high, 0x88)},
      {_mm_shuffle_ps(first.low, first.high, 0xdd), _mm_shuffle_ps(second.low, second.high, 0xdd)}};
}
[[gnu::always_inline]] inline Vector in_order(Vector v) { return v; }

/// Normalizes a row of the picture: even[i + 1] = pixel 2 i + 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  for (int i = 0; i < width; i++) {
    odd[i] = static_cast<float>(pixels[2 * i]) * stem.scale + stem.offset;
    even[1 + i] = static_cast<float>(pixels[2 * i + 1]) * stem.scale + stem.offset;
  }
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/pairs_pointwise.inc"

#include "eyelid/kernels/blazeface/pairs_depthwise.inc"

#include "eyelid/kernels/blazeface/stem.inc"

#include "eyelid/kernels/blazeface/pairs_strips.inc"

}  // namespace eyelid::kernels::sse41
