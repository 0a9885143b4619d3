// SPDX-License-Identifier: MIT
// For processors with SSE4.1 and no AVX2, of 2008 to 2013.
#include <smmintrin.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::sse41_int8 {
namespace {

using Vector = __m128i;
constexpr int kTile = 16;

[[gnu::always_inline]] inline Vector load(const void* source) {
  return _mm_loadu_si128(static_cast<const __m128i*>(source));
}
[[gnu::always_inline]] inline void store(void* target, Vector v) {
  _mm_storeu_si128(static_cast<__m128i*>(target), v);
}
[[gnu::always_inline]] inline Vector all(std::uint32_t word) {
  return _mm_set1_epi32(static_cast<int>(word));
}
[[gnu::always_inline]] inline Vector all_shorts(std::int32_t value) {
  return _mm_set1_epi16(static_cast<short>(value));
}
[[gnu::always_inline]] inline Vector all_bytes(std::uint8_t value) {
  return _mm_set1_epi8(static_cast<char>(value));
}
[[gnu::always_inline]] inline Vector both(Vector a, Vector b) { return _mm_and_si128(a, b); }
[[gnu::always_inline]] inline Vector flip(Vector a, Vector b) { return _mm_xor_si128(a, b); }
[[gnu::always_inline]] inline Vector low_bytes(Vector a, Vector b) {
  return _mm_unpacklo_epi8(a, b);
}
[[gnu::always_inline]] inline Vector high_bytes(Vector a, Vector b) {
  return _mm_unpackhi_epi8(a, b);
}
[[gnu::always_inline]] inline Vector low_shorts(Vector a, Vector b) {
  return _mm_unpacklo_epi16(a, b);
}
[[gnu::always_inline]] inline Vector high_shorts(Vector a, Vector b) {
  return _mm_unpackhi_epi16(a, b);
}
[[gnu::always_inline]] inline Vector order_bytes(Vector bytes, const std::int8_t* order) {
  return _mm_shuffle_epi8(bytes, load(order));
}
[[gnu::always_inline]] inline Vector products(Vector bytes, Vector weights) {
  return _mm_maddubs_epi16(bytes, weights);
}
[[gnu::always_inline]] inline Vector add_shorts(Vector a, Vector b) { return _mm_add_epi16(a, b); }
[[gnu::always_inline]] inline Vector add_words(Vector a, Vector b) { return _mm_add_epi32(a, b); }
[[gnu::always_inline]] inline Vector widened(Vector shorts) {
  return _mm_madd_epi16(shorts, _mm_set1_epi16(1));
}
[[gnu::always_inline]] inline Vector multiplied(Vector small, std::int32_t factor) {
  return _mm_madd_epi16(small, _mm_set1_epi32(factor));
}
[[gnu::always_inline]] inline Vector right(Vector words, std::int32_t shift) {
  return _mm_sra_epi32(words, _mm_cvtsi32_si128(shift));
}
[[gnu::always_inline]] inline Vector shorts_of(Vector a, Vector b) { return _mm_packs_epi32(a, b); }
[[gnu::always_inline]] inline Vector signed_bytes(Vector a, Vector b) {
  return _mm_packs_epi16(a, b);
}
[[gnu::always_inline]] inline Vector unsigned_bytes(Vector a, Vector b) {
  return _mm_packus_epi16(a, b);
}
[[gnu::always_inline]] inline Vector in_order(Vector halves) { return halves; }
[[gnu::always_inline]] inline Vector average(Vector a, Vector b) { return _mm_avg_epu16(a, b); }
[[gnu::always_inline]] inline Vector scaled(Vector shorts, Vector factor) {
  return _mm_mulhrs_epi16(shorts, factor);
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm_max_epu8(a, b); }
[[gnu::always_inline]] inline Vector upper_bytes(Vector shorts) {
  return _mm_srli_epi16(shorts, 8);
}

/// Two rows of 8 bytes, `step` rows apart.
template <int width, int step>
[[gnu::always_inline]] inline Vector rows_of(const std::uint8_t* const* rows,
                                             std::ptrdiff_t offset) {
  static_assert(width == 8);
  const auto row = [&](int i) {
    return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(rows[i * step] + offset));
  };
  return _mm_unpacklo_epi64(row(0), row(1));
}
template <int width, int bytes>
[[gnu::always_inline]] inline Vector moved(Vector rows) {
  static_assert(width == 8);
  return bytes < 0 ? _mm_slli_epi64(rows, -8 * bytes) : _mm_srli_epi64(rows, 8 * bytes);
}
[[gnu::always_inline]] inline void store_floats(float* target, const std::uint8_t* bytes) {
  const __m128i pixels = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes));
  _mm_storeu_ps(target, _mm_cvtepi32_ps(_mm_cvtepu8_epi32(pixels)));
  _mm_storeu_ps(target + 4, _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_srli_si128(pixels, 4))));
}

#include "eyelid/kernels/blazeface/int8_by_tiles.inc"

}  // namespace eyelid::kernels::sse41_int8
