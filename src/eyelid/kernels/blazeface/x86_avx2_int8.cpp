// SPDX-License-Identifier: MIT
// For processors with AVX2 and no dot products of bytes.
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::avx2_int8 {
namespace {

using Vector = __m256i;
constexpr int kTile = 32;

[[gnu::always_inline]] inline Vector load(const void* source) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(source));
}
[[gnu::always_inline]] inline void store(void* target, Vector v) {
  _mm256_storeu_si256(static_cast<__m256i*>(target), v);
}
[[gnu::always_inline]] inline Vector all(std::uint32_t word) {
  return _mm256_set1_epi32(static_cast<int>(word));
}
[[gnu::always_inline]] inline Vector all_shorts(std::int32_t value) {
  return _mm256_set1_epi16(static_cast<short>(value));
}
[[gnu::always_inline]] inline Vector all_bytes(std::uint8_t value) {
  return _mm256_set1_epi8(static_cast<char>(value));
}
[[gnu::always_inline]] inline Vector both(Vector a, Vector b) { return _mm256_and_si256(a, b); }
[[gnu::always_inline]] inline Vector flip(Vector a, Vector b) { return _mm256_xor_si256(a, b); }
[[gnu::always_inline]] inline Vector low_bytes(Vector a, Vector b) {
  return _mm256_unpacklo_epi8(a, b);
}
[[gnu::always_inline]] inline Vector high_bytes(Vector a, Vector b) {
  return _mm256_unpackhi_epi8(a, b);
}
[[gnu::always_inline]] inline Vector low_shorts(Vector a, Vector b) {
  return _mm256_unpacklo_epi16(a, b);
}
[[gnu::always_inline]] inline Vector high_shorts(Vector a, Vector b) {
  return _mm256_unpackhi_epi16(a, b);
}
[[gnu::always_inline]] inline Vector order_bytes(Vector bytes, const std::int8_t* order) {
  const __m128i table = _mm_load_si128(reinterpret_cast<const __m128i*>(order));
  return _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(table));
}
[[gnu::always_inline]] inline Vector products(Vector bytes, Vector weights) {
  return _mm256_maddubs_epi16(bytes, weights);
}
[[gnu::always_inline]] inline Vector add_shorts(Vector a, Vector b) {
  return _mm256_add_epi16(a, b);
}
[[gnu::always_inline]] inline Vector add_words(Vector a, Vector b) {
  return _mm256_add_epi32(a, b);
}
[[gnu::always_inline]] inline Vector widened(Vector shorts) {
  alignas(32) static constexpr std::int16_t kOnes[16] = {
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  // In assembly, so that the ones take no register.
  asm("vpmaddwd %1, %0, %0" : "+x"(shorts) : "m"(kOnes));
  return shorts;
}
[[gnu::always_inline]] inline Vector multiplied(Vector small, std::int32_t factor) {
  return _mm256_madd_epi16(small, _mm256_set1_epi32(factor));
}
[[gnu::always_inline]] inline Vector right(Vector words, std::int32_t shift) {
  return _mm256_srav_epi32(words, _mm256_set1_epi32(shift));
}
[[gnu::always_inline]] inline Vector shorts_of(Vector a, Vector b) {
  return _mm256_packs_epi32(a, b);
}
[[gnu::always_inline]] inline Vector signed_bytes(Vector a, Vector b) {
  return _mm256_packs_epi16(a, b);
}
[[gnu::always_inline]] inline Vector unsigned_bytes(Vector a, Vector b) {
  return _mm256_packus_epi16(a, b);
}
[[gnu::always_inline]] inline Vector in_order(Vector halves) {
  return _mm256_permute4x64_epi64(halves, 0xd8);
}
[[gnu::always_inline]] inline Vector average(Vector a, Vector b) { return _mm256_avg_epu16(a, b); }
[[gnu::always_inline]] inline Vector scaled(Vector shorts, Vector factor) {
  return _mm256_mulhrs_epi16(shorts, factor);
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm256_max_epu8(a, b); }
[[gnu::always_inline]] inline Vector upper_bytes(Vector shorts) {
  return _mm256_srli_epi16(shorts, 8);
}

/// Rows of 8 or 16 bytes, `step` rows apart.
template <int width, int step>
[[gnu::always_inline]] inline Vector rows_of(const std::uint8_t* const* rows,
                                             std::ptrdiff_t offset) {
  if constexpr (width == 16) {
    const auto row = [&](int i) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i * step] + offset));
    };
    return _mm256_set_m128i(row(1), row(0));
  } else {
    const auto row = [&](int i) {
      return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(rows[i * step] + offset));
    };
    return _mm256_set_m128i(_mm_unpacklo_epi64(row(2), row(3)), _mm_unpacklo_epi64(row(0), row(1)));
  }
}
template <int width, int bytes>
[[gnu::always_inline]] inline Vector moved(Vector rows) {
  constexpr int size = bytes < 0 ? -bytes : bytes;
  if constexpr (width == 16) {
    return bytes < 0 ? _mm256_bslli_epi128(rows, size) : _mm256_bsrli_epi128(rows, size);
  } else {
    return bytes < 0 ? _mm256_slli_epi64(rows, 8 * size) : _mm256_srli_epi64(rows, 8 * size);
  }
}
[[gnu::always_inline]] inline void store_floats(float* target, const std::uint8_t* bytes) {
  const __m128i pixels = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes));
  _mm256_storeu_ps(target, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(pixels)));
}

#include "eyelid/kernels/blazeface/int8_by_tiles.inc"

}  // namespace eyelid::kernels::avx2_int8
