// SPDX-License-Identifier: MIT
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

__m256i cvttpd_epi32_through_avx2(simde__m512d values) {
  __m256d halves[2];
  simde_mm512_storeu_pd(halves, values);
  return _mm256_set_m128i(_mm256_cvttpd_epi32(halves[1]), _mm256_cvttpd_epi32(halves[0]));
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

}  // namespace

#undef _mm512_cvtps_pd
#define _mm512_cvtps_pd(values) cvtps_pd_through_avx2(values)
#undef _mm512_cvttpd_epi32
#define _mm512_cvttpd_epi32(values) cvttpd_epi32_through_avx2(values)
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

#define avx512 avx512_simde
#include "eyelid/kernels/tree_ensemble/x86_avx512.cpp"
#define avx512_vbmi avx512_vbmi_simde
#include "eyelid/kernels/tree_ensemble/x86_avx512_vbmi.cpp"
