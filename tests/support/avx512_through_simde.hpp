// SPDX-License-Identifier: MIT
#pragma once

// Runs AVX-512 kernels on processors without AVX-512: SIMDe spells every _mm512 function in AVX2.
// A test translation unit includes this first, then the kernel's x86_avx512.cpp under another
// namespace:
//
//   #include "avx512_through_simde.hpp"
//   #define avx512 avx512_simde
//   #include "eyelid/kernels/convolution/x86_avx512.cpp"

#include <immintrin.h>

#include <cstdint>

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
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name of the instruction
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

/// Lanes `shift` to `shift + 15` of both, `low` first.
[[maybe_unused]] simde__m512i alignr_epi32_through_memory(simde__m512i high,
                                                          simde__m512i low,
                                                          int shift) {
  std::int32_t lanes[32];
  simde_mm512_storeu_si512(lanes, low);
  simde_mm512_storeu_si512(lanes + 16, high);
  return simde_mm512_loadu_si512(lanes + shift);
}

[[maybe_unused]] simde__m512 cvtepi32_ps_through_memory(simde__m512i numbers) {
  std::int32_t lanes[16];
  simde_mm512_storeu_si512(lanes, numbers);
  float converted[16];
  for (int i = 0; i < 16; i++) converted[i] = static_cast<float>(lanes[i]);
  return simde_mm512_loadu_ps(converted);
}

[[maybe_unused]] __m256 extractf32x8_through_memory(simde__m512 vector, int half) {
  float lanes[16];
  simde_mm512_storeu_ps(lanes, vector);
  return _mm256_loadu_ps(lanes + 8 * half);
}
}  // namespace
// The names of the instructions:
// NOLINTBEGIN(bugprone-reserved-identifier)
#undef _mm512_mask_loadu_ps
#define _mm512_mask_loadu_ps(otherwise, mask, source) \
  mask_loadu_ps_through_avx2(otherwise, mask, source)
#undef _mm512_mask_storeu_ps
#define _mm512_mask_storeu_ps(target, mask, source) \
  mask_storeu_ps_through_avx2(target, mask, source)
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps(numbers) cvtepi32_ps_through_memory(numbers)
#undef _mm512_extractf32x8_ps
#define _mm512_extractf32x8_ps(vector, half) extractf32x8_through_memory(vector, half)
#undef _mm512_alignr_epi32
#define _mm512_alignr_epi32(high, low, shift) alignr_epi32_through_memory(high, low, shift)
#undef _mm512_maskz_alignr_epi32
#define _mm512_maskz_alignr_epi32(mask, high, low, shift) \
  simde_mm512_maskz_mov_epi32(mask, alignr_epi32_through_memory(high, low, shift))
#undef _mm512_cvtepu8_epi16
#define _mm512_cvtepu8_epi16(bytes) cvtepu8_epi16_through_avx2(bytes)
// NOLINTEND(bugprone-reserved-identifier)
