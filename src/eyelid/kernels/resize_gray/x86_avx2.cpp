// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::avx2 {
namespace {

__m256i load_pixels(const std::uint8_t* source) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(source)));
}

/// Two neighboring weights in every 32-bit lane, as madd wants them.
__m256i load_weight_pair(const std::int16_t* weights) {
  return _mm256_set1_epi32(static_cast<std::uint16_t>(weights[0]) |
                           static_cast<std::int32_t>(weights[1]) * 65536);
}

}  // namespace

void weigh_rows(const std::uint8_t* source,
                std::ptrdiff_t stride,
                const std::int16_t* weights,
                std::ptrdiff_t row_count,
                std::ptrdiff_t width,
                std::int16_t* column) {
  const __m256i half = _mm256_set1_epi32(64);
  for (std::ptrdiff_t x = 0; x < width; x += kResizeBlock) {
    __m256i low0 = half, high0 = half, low1 = half, high1 = half;
    for (std::ptrdiff_t k = 0; k < row_count; k += 2) {
      const std::uint8_t* upper = source + k * stride + x;
      const std::uint8_t* lower = k + 1 < row_count ? upper + stride : upper;
      const __m256i weight = load_weight_pair(weights + k);
      const __m256i u0 = load_pixels(upper), l0 = load_pixels(lower);
      const __m256i u1 = load_pixels(upper + 16), l1 = load_pixels(lower + 16);
      low0 = _mm256_add_epi32(low0, _mm256_madd_epi16(_mm256_unpacklo_epi16(u0, l0), weight));
      high0 = _mm256_add_epi32(high0, _mm256_madd_epi16(_mm256_unpackhi_epi16(u0, l0), weight));
      low1 = _mm256_add_epi32(low1, _mm256_madd_epi16(_mm256_unpacklo_epi16(u1, l1), weight));
      high1 = _mm256_add_epi32(high1, _mm256_madd_epi16(_mm256_unpackhi_epi16(u1, l1), weight));
    }
    // unpack and packs both work within 128-bit halves, so the pixels come back in order.
    const __m256i first =
        _mm256_packs_epi32(_mm256_srai_epi32(low0, 7), _mm256_srai_epi32(high0, 7));
    const __m256i second =
        _mm256_packs_epi32(_mm256_srai_epi32(low1, 7), _mm256_srai_epi32(high1, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(column + x), first);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(column + x + 16), second);
  }
}

void weigh_columns(const std::int16_t* column,
                   const std::int32_t* first,
                   const std::int16_t* weights,
                   std::ptrdiff_t tap_count,
                   std::ptrdiff_t target_width,
                   std::uint8_t* target) {
  for (std::ptrdiff_t i = 0; i < target_width; i += 4) {
    __m128i sums[4];
    for (std::ptrdiff_t j = 0; j < 4; j++) {
      const std::int16_t* source = column + first[i + j];
      const std::int16_t* weight = weights + (i + j) * tap_count;
      sums[j] = _mm_setzero_si128();
      for (std::ptrdiff_t k = 0; k < tap_count; k += kResizeTapGroup) {
        const __m128i taps = _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + k));
        const __m128i factors = _mm_loadu_si128(reinterpret_cast<const __m128i*>(weight + k));
        sums[j] = _mm_add_epi32(sums[j], _mm_madd_epi16(taps, factors));
      }
    }
    const __m128i sum =
        _mm_hadd_epi32(_mm_hadd_epi32(sums[0], sums[1]), _mm_hadd_epi32(sums[2], sums[3]));
    const __m128i pixels = _mm_srli_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << 20)), 21);
    const __m128i words = _mm_packus_epi32(pixels, pixels);
    const int four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    _mm_storeu_si32(target + i, _mm_cvtsi32_si128(four));
  }
}

}  // namespace eyelid::kernels::avx2
