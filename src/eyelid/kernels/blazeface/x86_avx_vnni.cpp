// SPDX-License-Identifier: MIT
// For processors with AVX-VNNI and without AVX-512 (Alder Lake and later). The dot product exists
// in two encodings: avx_vnni_through_avx512_test.cpp tests all of this with the other one.
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::avx_vnni {
namespace {

using Words = __m256i;
constexpr int kLanes = 8;
constexpr int kAtOnce = 3;  // 12 of the 16 registers
constexpr bool kIsFlipped = false;

[[gnu::always_inline]] inline Words load(const std::uint32_t* words) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
}
[[gnu::always_inline]] inline void store(std::uint32_t* target, Words words) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), words);
}
[[gnu::always_inline]] inline Words all(std::uint32_t word) {
  return _mm256_set1_epi32(static_cast<int>(word));
}
[[gnu::always_inline]] inline Words either(Words a, Words b) { return _mm256_or_si256(a, b); }
[[gnu::always_inline]] inline Words both(Words a, Words b) { return _mm256_and_si256(a, b); }
template <int bits>
[[gnu::always_inline]] inline Words left(Words words) {
  return _mm256_slli_epi32(words, bits);
}
template <int bits>
[[gnu::always_inline]] inline Words right(Words words) {
  return _mm256_srli_epi32(words, bits);
}
[[gnu::always_inline]] inline Words max_bytes(Words a, Words b) { return _mm256_max_epu8(a, b); }
[[gnu::always_inline]] inline Words from_left(Words previous, Words current) {
  // The upper half of one and the lower half of the other lie side by side.
  const __m256i between = _mm256_permute2x128_si256(previous, current, 0x21);
  return _mm256_alignr_epi8(current, between, 12);
}
[[gnu::always_inline]] inline Words from_right(Words current, Words next) {
  const __m256i between = _mm256_permute2x128_si256(current, next, 0x21);
  return _mm256_alignr_epi8(between, current, 4);
}
[[gnu::always_inline]] inline Words even(Words first, Words second) {
  const __m256 halves =
      _mm256_shuffle_ps(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second), 0x88);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(halves), 0xd8);
}
[[gnu::always_inline]] inline Words odd(Words first, Words second) {
  const __m256 halves =
      _mm256_shuffle_ps(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second), 0xdd);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(halves), 0xd8);
}
[[gnu::always_inline]] inline Words flipped(Words bytes) { return bytes; }
[[gnu::always_inline]] inline Words dot(Words sum, Words bytes, Words weights) {
#if defined(EYELID_VNNI_OF_AVX512)
  return _mm256_dpbusd_epi32(sum, bytes, weights);
#else
  return _mm256_dpbusd_avx_epi32(sum, bytes, weights);
#endif
}
[[gnu::always_inline, maybe_unused]] inline Words minus(Words a, Words b) {
  return _mm256_sub_epi32(a, b);
}
[[gnu::always_inline]] inline Words add_product(Words sum, Words small, std::int32_t factor) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(small, _mm256_set1_epi32(factor)));
}

/// Two rows of sums as 16 bits, side by side in each half.
[[gnu::always_inline]] inline __m256i scaled(Words a, Words b, const BlazeNarrow& narrow) {
  const __m128i shift = _mm_cvtsi32_si128(narrow.shift);
  return _mm256_mulhrs_epi16(
      _mm256_packs_epi32(_mm256_sra_epi32(a, shift), _mm256_sra_epi32(b, shift)),
      _mm256_set1_epi16(static_cast<short>(narrow.factor)));
}
/// Four bytes of each row, row after row in each half, to words of four rows.
[[gnu::always_inline]] inline Words joined_rows(__m256i rows) {
  return _mm256_shuffle_epi8(rows,
                             _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
}
[[gnu::always_inline]] inline Words positive_bytes(const Words* sums, const BlazeNarrow& narrow) {
  return joined_rows(
      _mm256_packus_epi16(scaled(sums[0], sums[1], narrow), scaled(sums[2], sums[3], narrow)));
}
/// With 128 added.
[[gnu::always_inline]] inline Words signed_bytes(const Words* sums, const BlazeNarrow& narrow) {
  const __m256i bytes =
      _mm256_packs_epi16(scaled(sums[0], sums[1], narrow), scaled(sums[2], sums[3], narrow));
  return joined_rows(_mm256_xor_si256(bytes, _mm256_set1_epi8(-128)));
}
[[gnu::always_inline]] inline void transposed(Words* words) {
  const __m256i low_bytes = _mm256_set1_epi16(0xff);
  const auto even_bytes = [&](Words a, Words b) {
    return _mm256_or_si256(_mm256_and_si256(a, low_bytes), _mm256_slli_epi16(b, 8));
  };
  const auto odd_bytes = [&](Words a, Words b) {
    return _mm256_or_si256(_mm256_srli_epi16(a, 8), _mm256_andnot_si256(low_bytes, b));
  };
  const __m256i even01 = even_bytes(words[0], words[1]), odd01 = odd_bytes(words[0], words[1]);
  const __m256i even23 = even_bytes(words[2], words[3]), odd23 = odd_bytes(words[2], words[3]);
  words[0] = _mm256_blend_epi16(even01, _mm256_slli_epi32(even23, 16), 0xaa);
  words[1] = _mm256_blend_epi16(odd01, _mm256_slli_epi32(odd23, 16), 0xaa);
  words[2] = _mm256_blend_epi16(_mm256_srli_epi32(even01, 16), even23, 0xaa);
  words[3] = _mm256_blend_epi16(_mm256_srli_epi32(odd01, 16), odd23, 0xaa);
}
/// Columns x .. x + 15 of four rows of bytes to quads; tiles of kLanes columns are `step` words
/// apart.
void store_quads(const std::uint8_t* const* taps,
                 int x,
                 std::uint32_t* target,
                 std::ptrdiff_t step) {
  __m128i t[4];
  for (int i = 0; i < 4; i++) t[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(taps[i] + x));
  const __m128i low01 = _mm_unpacklo_epi8(t[0], t[1]), high01 = _mm_unpackhi_epi8(t[0], t[1]);
  const __m128i low23 = _mm_unpacklo_epi8(t[2], t[3]), high23 = _mm_unpackhi_epi8(t[2], t[3]);
  const __m128i quads[4] = {_mm_unpacklo_epi16(low01, low23),
                            _mm_unpackhi_epi16(low01, low23),
                            _mm_unpacklo_epi16(high01, high23),
                            _mm_unpackhi_epi16(high01, high23)};
  for (int i = 0; i < 4; i++) {
    const int column = x + 4 * i;
    std::uint32_t* words = target + column / kLanes * step + column % kLanes;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words), quads[i]);
  }
}
[[gnu::always_inline]] inline void store_floats(float* target, Words words) {
  _mm256_storeu_ps(target, _mm256_cvtepi32_ps(words));
}

#include "eyelid/kernels/blazeface/int8_by_rows.inc"

}  // namespace eyelid::kernels::avx_vnni
