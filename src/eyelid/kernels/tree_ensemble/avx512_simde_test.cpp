// SPDX-License-Identifier: MIT
#include <cmath>

#include "avx512_through_simde.hpp"

// What SIMDe 0.7.4 lacks of these kernels, made of two AVX2 halves.
namespace {

__m256 half_of(__m256 values, int i) {
  return i == 0 ? values : _mm256_castps128_ps256(_mm256_extractf128_ps(values, 1));
}

simde__m512d cvtps_pd_through_avx2(__m256 values) {
  const __m256d halves[2] = {_mm256_cvtps_pd(_mm256_castps256_ps128(values)),
                             _mm256_cvtps_pd(_mm256_castps256_ps128(half_of(values, 1)))};
  return simde_mm512_loadu_pd(halves);
}

// Rounding down, the one mode in use; what does not fit becomes the lowest integer.
__m256i floor_pd_epi32_through_avx2(simde__m512d values) {
  __m256d halves[2];
  simde_mm512_storeu_pd(halves, values);
  return _mm256_set_m128i(_mm256_cvttpd_epi32(_mm256_floor_pd(halves[1])),
                          _mm256_cvttpd_epi32(_mm256_floor_pd(halves[0])));
}

// Rounded down, as floor_pd_epi32: the product of two singles is exact in double precision.
simde__m512 mul_ps_down_through_avx2(simde__m512 a, simde__m512 b) {
  float left[16], right[16];
  simde_mm512_storeu_ps(left, a);
  simde_mm512_storeu_ps(right, b);
  for (int i = 0; i < 16; ++i) {
    const double exact = static_cast<double>(left[i]) * static_cast<double>(right[i]);
    left[i] = static_cast<float>(exact);
    if (left[i] > exact) left[i] = std::nextafter(left[i], -INFINITY);
  }
  return simde_mm512_loadu_ps(left);
}

simde__m512i floor_ps_epi32_through_avx2(simde__m512 values) {
  __m256 halves[2];
  simde_mm512_storeu_ps(halves, values);
  const __m256i floors[2] = {_mm256_cvttps_epi32(_mm256_floor_ps(halves[0])),
                             _mm256_cvttps_epi32(_mm256_floor_ps(halves[1]))};
  return simde_mm512_loadu_si512(floors);
}

simde__m512i srai_epi32_through_avx2(simde__m512i values, int count) {
  __m256i halves[2];
  simde_mm512_storeu_si512(halves, values);
  for (__m256i& half : halves) half = _mm256_srai_epi32(half, count);
  return simde_mm512_loadu_si512(halves);
}

__m256 extractf32x8_through_avx2(simde__m512 values, int half) {
  __m256 halves[2];
  simde_mm512_storeu_ps(halves, values);
  return halves[half];
}

unsigned cmplt_epu32_through_avx2(simde__m512i a, simde__m512i b) {
  std::uint32_t left[16], right[16];
  simde_mm512_storeu_si512(left, a);
  simde_mm512_storeu_si512(right, b);
  unsigned mask = 0;
  for (int i = 0; i < 16; ++i) mask |= (left[i] < right[i] ? 1u : 0u) << i;
  return mask;
}

simde__m512 maskz_loadu_ps_through_avx2(unsigned mask, const float* source) {
  alignas(64) float values[16] = {};
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1u) != 0) values[i] = source[i];
  }
  return simde_mm512_loadu_ps(values);
}

__m256i maskz_loadu_epi16_through_avx2(unsigned mask, const void* source) {
  alignas(32) std::uint16_t values[16] = {};
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1u) != 0) values[i] = static_cast<const std::uint16_t*>(source)[i];
  }
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(values));
}

simde__m512i cvtepi16_epi32_through_avx2(__m256i values) {
  const __m256i halves[2] = {_mm256_cvtepi16_epi32(_mm256_castsi256_si128(values)),
                             _mm256_cvtepi16_epi32(_mm256_extracti128_si256(values, 1))};
  return simde_mm512_loadu_si512(halves);
}

simde__m512 cvtph_ps_through_avx2(__m256i values) {
  const __m256 halves[2] = {_mm256_cvtph_ps(_mm256_castsi256_si128(values)),
                            _mm256_cvtph_ps(_mm256_extracti128_si256(values, 1))};
  return simde_mm512_loadu_ps(halves);
}

simde__m512 cvtepi32_ps_through_avx2(simde__m512i values) {
  __m256i halves[2];
  simde_mm512_storeu_si512(halves, values);
  const __m256 converted[2] = {_mm256_cvtepi32_ps(halves[0]), _mm256_cvtepi32_ps(halves[1])};
  return simde_mm512_loadu_ps(converted);
}

__m128i maskz_mov_epi8_through_avx2(unsigned mask, __m128i values) {
  alignas(16) std::uint8_t bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), values);
  for (int i = 0; i < 16; ++i) {
    if ((mask >> i & 1u) == 0) bytes[i] = 0;
  }
  return _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
}

}  // namespace

// The names of the instructions:
// NOLINTBEGIN(bugprone-reserved-identifier)
#undef _mm_maskz_mov_epi8
#define _mm_maskz_mov_epi8(mask, values) maskz_mov_epi8_through_avx2(mask, values)
#undef _mm512_cvtps_pd
#define _mm512_cvtps_pd(values) cvtps_pd_through_avx2(values)
#undef _mm512_cvt_roundpd_epi32
#define _mm512_cvt_roundpd_epi32(values, mode) floor_pd_epi32_through_avx2(values)
#undef _mm512_mul_round_ps
#define _mm512_mul_round_ps(a, b, mode) mul_ps_down_through_avx2(a, b)
#undef _mm512_cvt_roundps_epi32
#define _mm512_cvt_roundps_epi32(values, mode) floor_ps_epi32_through_avx2(values)
#undef _mm512_srai_epi32
#define _mm512_srai_epi32(values, count) srai_epi32_through_avx2(values, count)
#undef _mm512_extractf32x8_ps
#define _mm512_extractf32x8_ps(values, half) extractf32x8_through_avx2(values, half)
#undef _mm512_cmplt_epu32_mask
#define _mm512_cmplt_epu32_mask(a, b) cmplt_epu32_through_avx2(a, b)
#undef _mm512_maskz_loadu_ps
#define _mm512_maskz_loadu_ps(mask, source) maskz_loadu_ps_through_avx2(mask, source)
#undef _mm256_maskz_loadu_epi16
#define _mm256_maskz_loadu_epi16(mask, source) maskz_loadu_epi16_through_avx2(mask, source)
#undef _mm512_cvtepi16_epi32
#define _mm512_cvtepi16_epi32(values) cvtepi16_epi32_through_avx2(values)
#undef _mm512_cvtph_ps
#define _mm512_cvtph_ps(values) cvtph_ps_through_avx2(values)
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps(values) cvtepi32_ps_through_avx2(values)
// NOLINTEND(bugprone-reserved-identifier)

#define avx512 avx512_simde
#include "eyelid/kernels/tree_ensemble/x86_avx512.cpp"
#define avx512_vbmi avx512_vbmi_simde
#include "eyelid/kernels/tree_ensemble/x86_avx512_vbmi.cpp"
