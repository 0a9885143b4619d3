// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::avx512_vnni {
namespace {

// A tile is 4 rows x 16 columns, one vector of 32-bit sums per row, of up to 6 output channels: 24
// accumulators, 4 vectors of pixels, 1 weight. On maps 8 wide a vector holds two rows.
constexpr int kLanes = 16;
constexpr int kNarrow = 8;

// g++ 12 spills the accumulators of its VNNI built-in functions; in assembly it does not.
[[gnu::always_inline]] inline __m512i dot_bytes(__m512i sum, __m512i bytes, __m512i signed_bytes) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(signed_bytes));
  return sum;
}
[[gnu::always_inline]] inline __m512i dot_words(__m512i sum, __m512i a, __m512i b) {
  asm("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

/// Four bytes a0 a1 .. of each of four vectors' quarters -> quads (a0, b0, c0, d0) ...
alignas(64) constexpr std::uint8_t kTransposedBytes[16] = {
    0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
[[gnu::always_inline]] inline __m512i transpose_bytes() {
  const std::uint8_t* order = kTransposedBytes;
  asm volatile("" : "+r"(order));  // loaded here, not before the loops
  return _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(order)));
}

[[gnu::always_inline]] inline __m512i shifted(__m512i sum, int shift) {
  return _mm512_sra_epi32(sum, _mm_cvtsi32_si128(shift));
}

[[gnu::always_inline]] inline __m512i scaled(__m512i low, __m512i high, int factor) {
  return _mm512_mulhrs_epi16(_mm512_packs_epi32(low, high),
                             _mm512_set1_epi16(static_cast<short>(factor)));
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/map_widths.inc"

#include "eyelid/kernels/blazeface/x86_avx512_vnni_pointwise.inc"

#include "eyelid/kernels/blazeface/x86_avx512_vnni_depthwise.inc"

/// The columns 2 x - 1 + column, column < 5, of a row of 128 pixels with its padding: five vectors
/// of 64 bytes, their 32-bit lanes in an order that the unpacking below puts right.
void gather_columns(const std::uint8_t* pixels, std::uint8_t padding, std::uint8_t* columns) {
  alignas(64) std::uint8_t even[128], odd[128];  // even[x] = pixel 2 x - 1, odd[x] = pixel 2 x
  const __m512i pad = _mm512_set1_epi8(static_cast<char>(padding));
  _mm512_store_si512(even, pad);
  _mm512_store_si512(even + 64, pad);
  _mm512_store_si512(odd + 64, pad);
  for (int i = 0; i < 2; i++) {
    const __m512i both = _mm512_loadu_si512(pixels + 64 * i);
    _mm256_store_si256(reinterpret_cast<__m256i*>(odd + 32 * i), _mm512_cvtepi16_epi8(both));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(even + 1 + 32 * i),
                        _mm512_cvtepi16_epi8(_mm512_srli_epi16(both, 8)));
  }
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  for (int column = 0; column < 5; column++) {
    const std::uint8_t* source = (column % 2 == 0 ? even : odd) + column / 2;
    _mm512_store_si512(columns + 64 * column,
                       _mm512_permutexvar_epi32(order, _mm512_loadu_si512(source)));
  }
}

/// Quads of four byte vectors to 4 vectors of 16 columns, `step` words apart.
void store_quads(const std::uint8_t* const* taps, std::uint32_t* target, std::ptrdiff_t step) {
  const __m512i a = _mm512_load_si512(taps[0]), b = _mm512_load_si512(taps[1]);
  const __m512i c = _mm512_load_si512(taps[2]), d = _mm512_load_si512(taps[3]);
  const __m512i ab_low = _mm512_unpacklo_epi8(a, b), ab_high = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi8(c, d), cd_high = _mm512_unpackhi_epi8(c, d);
  _mm512_store_si512(target, _mm512_unpacklo_epi16(ab_low, cd_low));
  _mm512_store_si512(target + step, _mm512_unpackhi_epi16(ab_low, cd_low));
  _mm512_store_si512(target + 2 * step, _mm512_unpacklo_epi16(ab_high, cd_high));
  _mm512_store_si512(target + 3 * step, _mm512_unpackhi_epi16(ab_high, cd_high));
}

template <int width>
void block_of_width(const BlazeInt8Block& block, const BlazePackedStrip& strip) {
  const int words = block.pointwise.inputs / 4;
  std::uint32_t* middle = strip.workspace;
  std::uint32_t* pooled = middle + words * kStripRows * width;
  const std::uint32_t* shortcut = strip.input[1];
  if (block.stride == 1) {
    depthwise_stride1<width>(block, strip, middle);
  } else {
    shortcut = pooled;
    depthwise_stride2<width>(block, strip, middle, pooled);
  }
  run_pointwise<width, Shortcut::Yes>(
      block.pointwise, middle, shortcut, block.channels, strip.output[0]);
}

}  // namespace

void word_stem(const BlazeInt8Stem& stem, const BlazePackedStemStrip& strip) {
  constexpr int kWidth = 64, kTaps = 25, kWords = 7, kColumns = 5 * 64;
  alignas(64) static constexpr std::uint8_t kZeros[64] = {};
  auto* columns = reinterpret_cast<std::uint8_t*>(strip.workspace);
  std::uint32_t* middle = strip.workspace + 11 * kColumns / 4;
  for (int i = 0; i < 11; i++) {
    std::uint8_t* row = columns + i * kColumns;
    if (strip.input[i] != nullptr) {
      gather_columns(strip.input[i], stem.padding, row);
    } else {
      const __m512i pad = _mm512_set1_epi8(static_cast<char>(stem.padding));
      for (int j = 0; j < kColumns; j += 64) _mm512_store_si512(row + j, pad);
    }
  }
  for (int y = 0; y < kStripRows; y++) {
    for (int word = 0; word < kWords; word++) {
      const std::uint8_t* taps[4];
      for (int i = 0; i < 4; i++) {
        const int k = 4 * word + i;
        taps[i] = k < kTaps ? columns + (2 * y + k / 5) * kColumns + k % 5 * 64 : kZeros;
      }
      store_quads(taps, middle + (word * kStripRows + y) * kLanes, kWords * kStripRows * kLanes);
    }
  }
  run_pointwise<kWidth, Shortcut::No>(stem.layer, middle, middle, 0, strip.output[0]);
}

void word_block(const BlazeInt8Block& block, const BlazePackedStrip& strip) {
  with_width(strip.width, [&]<int width>() { block_of_width<width>(block, strip); });
}

void word_unpack(const std::uint32_t* line, int width, int channels, float* const* rows) {
  const int count = width * channels;
  const __m256i mask = _mm256_set1_epi32(0xff);
  for (int i = 0; i < count; i += kNarrow) {
    __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(line + i));
    for (int y = 0; y < kStripRows; y++, words = _mm256_srli_epi32(words, 8)) {
      _mm256_storeu_ps(rows[y] + i, _mm256_cvtepi32_ps(_mm256_and_si256(words, mask)));
    }
  }
}

}  // namespace eyelid::kernels::avx512_vnni
