// SPDX-License-Identifier: MIT
#pragma once

// Runs AVX-512 kernels on processors without AVX-512: SIMDe spells every _mm512 function in AVX2.
// A test translation unit includes this first, then the kernel's x86_avx512.cpp under another
// namespace:
//
//   #include "avx512_through_simde.hpp"
//   #define avx512 avx512_simde
//   #include "eyelid/kernels/resize_grey/x86_avx512.cpp"

#include <immintrin.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpsabi"
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>
// SIMDe 0.7.4 gives this one the wrong number of arguments.
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)
#pragma GCC diagnostic pop

// What SIMDe 0.7.4 lacks.
namespace {
[[maybe_unused]] simde__m512i cvtepu8_epi16_through_avx2(__m256i bytes) {
  const __m256i halves[2] = {_mm256_cvtepu8_epi16(_mm256_castsi256_si128(bytes)),
                             _mm256_cvtepu8_epi16(_mm256_extracti128_si256(bytes, 1))};
  return simde_mm512_loadu_si512(halves);
}
[[maybe_unused, gnu::always_inline]] inline simde__m512 mask_loadu_ps_through_avx2(
    simde__m512 otherwise, simde__mmask16 mask, const float* source) {
  float values[16];
  simde_mm512_storeu_ps(values, otherwise);
  for (int i = 0; i < 16; i++) {
    if ((mask >> i & 1) != 0) values[i] = source[i];
  }
  return simde_mm512_loadu_ps(values);
}
[[maybe_unused, gnu::always_inline]] inline void mask_storeu_ps_through_avx2(float* target,
                                                                             simde__mmask16 mask,
                                                                             simde__m512 source) {
  float values[16];
  simde_mm512_storeu_ps(values, source);
  for (int i = 0; i < 16; i++) {
    if ((mask >> i & 1) != 0) target[i] = values[i];
  }
}
}  // namespace
#undef _mm512_mask_loadu_ps
#define _mm512_mask_loadu_ps(otherwise, mask, source) \
  mask_loadu_ps_through_avx2(otherwise, mask, source)
#undef _mm512_mask_storeu_ps
#define _mm512_mask_storeu_ps(target, mask, source) \
  mask_storeu_ps_through_avx2(target, mask, source)
#undef _mm512_cvtepu8_epi16
#define _mm512_cvtepu8_epi16(bytes) cvtepu8_epi16_through_avx2(bytes)
