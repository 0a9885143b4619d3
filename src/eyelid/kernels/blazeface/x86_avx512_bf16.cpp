// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::avx512_bf16 {
namespace {

// A tile is 4 rows x 16 columns, one vector of sums per row, of up to 6 output channels: 24
// accumulators, 4 vectors of pixels, 1 weight. On maps 8 wide a vector holds two rows.
constexpr int kLanes = 16;
constexpr int kNarrow = 8;

[[gnu::always_inline]] inline __m512 dot_pairs(__m512 sum, __m512i a, __m512i b) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

/// The rows of a word as single precision.
[[gnu::always_inline]] inline __m512 upper_row(__m512i words) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
}
[[gnu::always_inline]] inline __m512 lower_row(__m512i words) {
  return _mm512_castsi512_ps(_mm512_maskz_mov_epi16(0xaaaaaaaa, words));
}

/// Both halves of a vector of 16-bit numbers, one number of each in turn.
alignas(64) constexpr std::uint16_t kInterleaved[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                        21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                        11, 27, 12, 28, 13, 29, 14, 30, 15, 31};

/// Rounds two vectors to words, `low` in their lower halves.
[[gnu::always_inline]] inline __m512i pairs(__m512 low, __m512 high) {
  const std::uint16_t* order = kInterleaved;
  asm volatile("" : "+r"(order));  // loaded here: before the loops it would cost a register there
  return _mm512_permutexvar_epi16(_mm512_load_si512(order),
                                  (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

/// max(0, .) of rounded numbers: their sign is that of a 16-bit integer, and integers leave the
/// pipes that multiply alone.
[[gnu::always_inline]] inline __m512i positive_part(__m512i words) {
  return _mm512_max_epi16(words, _mm512_setzero_si512());
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/map_widths.inc"

#include "eyelid/kernels/blazeface/x86_avx512_bf16_pointwise.inc"

#include "eyelid/kernels/blazeface/x86_avx512_bf16_depthwise.inc"

template <int width>
void block_of_width(const BlazeBf16Block& block, const BlazePackedStrip& strip) {
  const int inputs = block.pointwise.inputs;
  std::uint32_t* middle = strip.workspace;
  std::uint32_t* pooled = middle + inputs / 2 * kStripRows * width;
  PointwiseStrip part{middle, strip.input[1], strip.input[2] - strip.input[1], strip.output};
  if (block.stride == 1) {
    depthwise_stride1<width>(block, strip, middle);
  } else {
    depthwise_stride2<width>(block, strip, middle, pooled);
    part.shortcut = pooled;
    part.shortcut_line = inputs * width;
  }
  run_pointwise<width>(block.pointwise, part);
}

/// The row as pairs of neighboring pixels minus `zero`: (2 i - 1, 2 i), zeros outside.
void pair_columns(const std::uint8_t* pixels, int width, float zero, std::uint32_t* words) {
  auto* halves = reinterpret_cast<std::uint16_t*>(words);
  halves[0] = 0;
  for (int x = 0; x < 2 * width; x += kLanes) {
    const __m512i bytes =
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + x)));
    const __m512 centered = _mm512_sub_ps(_mm512_cvtepi32_ps(bytes), _mm512_set1_ps(zero));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(halves + 1 + x),
                        (__m256i)_mm512_cvtneps_pbh(centered));
  }
  for (int x = 1; x < 4; x++) halves[2 * width + x] = 0;
}

/// `group` output channels of 4 rows x 16 columns; a row of `words` serves every second row.
template <int group>
[[gnu::always_inline]] inline void stem_tile(const std::uint32_t* words,
                                             std::ptrdiff_t pitch,
                                             const std::uint32_t* weights,
                                             const float* bias,
                                             std::uint32_t* const* output,
                                             std::ptrdiff_t offset,
                                             int width) {
  __m512 sums[group][kStripRows];
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 4
    for (int y = 0; y < kStripRows; y++) sums[o][y] = _mm512_set1_ps(bias[o]);
  }
  for (int dy = 0; dy < 5; dy++, words += pitch) {
    for (int pair = 0; pair < 3; pair++, weights += group) {
      __m512i pixels[kStripRows];
#pragma GCC unroll 4
      for (int y = 0; y < kStripRows; y++) {
        pixels[y] = _mm512_loadu_si512(words + 2 * y * pitch + pair);
      }
#pragma GCC unroll 6
      for (int o = 0; o < group; o++) {
        const __m512i weight = _mm512_set1_epi32(static_cast<int>(weights[o]));
#pragma GCC unroll 4
        for (int y = 0; y < kStripRows; y++) sums[o][y] = dot_pairs(sums[o][y], pixels[y], weight);
      }
    }
  }
#pragma GCC unroll 6
  for (int o = 0; o < group; o++) {
#pragma GCC unroll 2
    for (int pair = 0; pair < 2; pair++) {
      _mm512_storeu_si512(output[pair] + offset + o * width,
                          positive_part(pairs(sums[o][2 * pair], sums[o][2 * pair + 1])));
    }
  }
}

template <int group>
void stem_group(const BlazeBf16Stem& stem,
                int begin,
                const BlazePackedStemStrip& strip,
                const std::uint32_t* words,
                std::ptrdiff_t pitch) {
  for (int x = 0; x < strip.width; x += kLanes) {
    stem_tile<group>(words + x,
                     pitch,
                     stem.weights + 15 * begin,
                     stem.bias + begin,
                     strip.output,
                     begin * strip.width + x,
                     strip.width);
  }
}

}  // namespace

void word_stem(const BlazeBf16Stem& stem, const BlazePackedStemStrip& strip) {
  const std::ptrdiff_t pitch = strip.width + kLanes;
  for (int i = 0; i < 11; i++) {
    std::uint32_t* words = strip.workspace + i * pitch;
    if (strip.input[i] != nullptr) {
      pair_columns(strip.input[i], strip.width, stem.zero, words);
    } else {
      for (int x = 0; x < pitch; x += kLanes) {
        _mm512_storeu_si512(words + x, _mm512_setzero_si512());
      }
    }
  }
  for_each_group(stem.outputs, [&]<int group>(int begin) {
    stem_group<group>(stem, begin, strip, strip.workspace, pitch);
  });
}

void word_block(const BlazeBf16Block& block, const BlazePackedStrip& strip) {
  with_width(strip.width, [&]<int width>() { block_of_width<width>(block, strip); });
}

void word_unpack(const std::uint32_t* line, int width, int channels, float* const* rows) {
  const int count = width * channels;
  for (int i = 0; i < count; i += kLanes) {
    const __m512i words = _mm512_loadu_si512(line + i);
    _mm512_storeu_ps(rows[0] + i, upper_row(words));
    _mm512_storeu_ps(rows[1] + i, lower_row(words));
  }
}

}  // namespace eyelid::kernels::avx512_bf16
