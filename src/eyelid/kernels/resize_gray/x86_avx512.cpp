// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::avx512 {
namespace {

__m512i load_pixels(const std::uint8_t* source) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(source)));
}

}  // namespace

void weigh_rows(const std::uint8_t* source,
                std::ptrdiff_t stride,
                const std::int16_t* weights,
                std::ptrdiff_t row_count,
                std::ptrdiff_t width,
                std::int16_t* column) {
  const __m512i half = _mm512_set1_epi32(64);
  for (std::ptrdiff_t x = 0; x < width; x += kResizeBlock) {
    __m512i low = half, high = half;
    for (std::ptrdiff_t k = 0; k < row_count; k += 2) {
      const std::uint8_t* upper = source + k * stride + x;
      const __m512i weight = _mm512_set1_epi32(static_cast<std::uint16_t>(weights[k]) |
                                               static_cast<std::int32_t>(weights[k + 1]) * 65536);
      const std::uint8_t* lower = k + 1 < row_count ? upper + stride : upper;
      const __m512i u = load_pixels(upper), l = load_pixels(lower);
      low = _mm512_add_epi32(low, _mm512_madd_epi16(_mm512_unpacklo_epi16(u, l), weight));
      high = _mm512_add_epi32(high, _mm512_madd_epi16(_mm512_unpackhi_epi16(u, l), weight));
    }
    // unpack and packs both work within 128-bit quarters, so the pixels come back in order.
    _mm512_storeu_si512(column + x,
                        _mm512_packs_epi32(_mm512_srli_epi32(low, 7), _mm512_srli_epi32(high, 7)));
  }
}

void weigh_columns(const std::int16_t* column,
                   const std::int32_t* first,
                   const std::int16_t* weights,
                   std::ptrdiff_t tap_count,
                   std::ptrdiff_t target_width,
                   std::uint8_t* target) {
  for (std::ptrdiff_t i = 0; i < target_width; i += 4) {
    // Four targets side by side, one per 128-bit quarter.
    __m512i sums = _mm512_setzero_si512();
    for (std::ptrdiff_t k = 0; k < tap_count; k += kResizeTapGroup) {
      const auto quarter = [](const std::int16_t* p) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      };
      __m512i taps = _mm512_castsi128_si512(quarter(column + first[i] + k));
      taps = _mm512_inserti32x4(taps, quarter(column + first[i + 1] + k), 1);
      taps = _mm512_inserti32x4(taps, quarter(column + first[i + 2] + k), 2);
      taps = _mm512_inserti32x4(taps, quarter(column + first[i + 3] + k), 3);
      __m512i factors = _mm512_castsi128_si512(quarter(weights + i * tap_count + k));
      factors = _mm512_inserti32x4(factors, quarter(weights + (i + 1) * tap_count + k), 1);
      factors = _mm512_inserti32x4(factors, quarter(weights + (i + 2) * tap_count + k), 2);
      factors = _mm512_inserti32x4(factors, quarter(weights + (i + 3) * tap_count + k), 3);
      sums = _mm512_add_epi32(sums, _mm512_madd_epi16(taps, factors));
    }
    const __m128i s01 =
        _mm_hadd_epi32(_mm512_castsi512_si128(sums), _mm512_extracti32x4_epi32(sums, 1));
    const __m128i s23 =
        _mm_hadd_epi32(_mm512_extracti32x4_epi32(sums, 2), _mm512_extracti32x4_epi32(sums, 3));
    const __m128i sum = _mm_add_epi32(_mm_hadd_epi32(s01, s23), _mm_set1_epi32(1 << 20));
    const __m128i words = _mm_packus_epi32(_mm_srli_epi32(sum, 21), _mm_setzero_si128());
    _mm_storeu_si32(target + i, _mm_packus_epi16(words, words));
  }
}

}  // namespace eyelid::kernels::avx512
