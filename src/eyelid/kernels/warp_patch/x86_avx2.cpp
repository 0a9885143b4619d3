// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// Pixels p[offset] and p[offset + 1] of eight offsets, as 16-bit numbers side by side. Loading them
// one by one takes half the operations of two gathers (Zen 3).
__m256i load_pairs(const std::uint8_t* pixels, const std::int32_t* offset) {
  const auto pair = [&](int i) {
    std::uint16_t both;
    __builtin_memcpy(&both, pixels + offset[i], 2);
    return static_cast<int>(both);
  };
  __m128i pairs = _mm_cvtsi32_si128(pair(0));
  pairs = _mm_insert_epi16(pairs, pair(1), 1);
  pairs = _mm_insert_epi16(pairs, pair(2), 2);
  pairs = _mm_insert_epi16(pairs, pair(3), 3);
  pairs = _mm_insert_epi16(pairs, pair(4), 4);
  pairs = _mm_insert_epi16(pairs, pair(5), 5);
  pairs = _mm_insert_epi16(pairs, pair(6), 6);
  pairs = _mm_insert_epi16(pairs, pair(7), 7);
  return _mm256_cvtepu8_epi16(pairs);
}

// Eight 32-bit numbers 0 .. 255 as bytes.
__m128i to_bytes(__m256i values) {
  const __m128i words =
      _mm_packus_epi32(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
  return _mm_packus_epi16(words, words);
}

// Any factor: sums of whole columns first, in parts that stay in the cache, then of `factor`
// columns.
void shrink_row_by_columns(const std::uint8_t* rows,
                           std::ptrdiff_t stride,
                           int factor,
                           int block_count,
                           std::uint8_t* target) {
  constexpr int kColumns = 1024;
  alignas(32) std::uint16_t sums[kColumns + 16];  // at most 128 * 255
  const auto count = static_cast<std::uint32_t>(factor * factor);
  // floor(sum / count) = sum * reciprocal >> 40, as in the scalar definition.
  const std::uint64_t reciprocal = ((std::uint64_t{1} << 40) + count - 1) / count;
  const int part = kColumns / factor;
  for (int first = 0; first < block_count; first += part) {
    const int blocks = block_count - first < part ? block_count - first : part;
    for (int x = 0; x < blocks * factor; x += 16) {
      __m256i sum = _mm256_setzero_si256();
      for (int y = 0; y < factor; ++y) {
        const std::uint8_t* p = rows + y * stride + first * factor + x;
        const __m128i pixels = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        sum = _mm256_add_epi16(sum, _mm256_cvtepu8_epi16(pixels));
      }
      _mm256_store_si256(reinterpret_cast<__m256i*>(sums + x), sum);
    }
    const std::uint16_t* column = sums;
    for (int i = 0; i < blocks; ++i, column += factor) {
      std::uint32_t sum = count / 2;
      for (int x = 0; x < factor; ++x) sum += column[x];
      target[first + i] = static_cast<std::uint8_t>((sum * reciprocal) >> 40);
    }
  }
}

#include "eyelid/kernels/warp_patch/grid_range.inc"

struct Source {
  explicit Source(const GrayPixels& source)
      : pixels(source.pixels),
        right(_mm256_set1_epi32((source.width - 1) << 16)),
        bottom(_mm256_set1_epi32((source.height - 1) << 16)),
        stride(_mm256_set1_epi32(static_cast<int>(source.stride))) {}

  // Bilinear values at eight positions.
  __m128i sample(__m256i x, __m256i y) const {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i byte = _mm256_set1_epi32(255);
    x = _mm256_min_epi32(_mm256_max_epi32(x, zero), right);
    y = _mm256_min_epi32(_mm256_max_epi32(y, zero), bottom);
    alignas(32) std::int32_t upper[8];
    alignas(32) std::int32_t lower[8];
    const __m256i offset = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_srli_epi32(y, 16), stride),
                                            _mm256_srli_epi32(x, 16));
    const __m256i down = _mm256_and_si256(_mm256_cmpgt_epi32(bottom, y), stride);
    _mm256_store_si256(reinterpret_cast<__m256i*>(upper), offset);
    _mm256_store_si256(reinterpret_cast<__m256i*>(lower), _mm256_add_epi32(offset, down));

    // 256 - fx and fx side by side, as madd wants them.
    const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(x, 8), byte);
    const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(y, 8), byte);
    const __m256i weights =
        _mm256_add_epi32(_mm256_sub_epi32(_mm256_set1_epi32(256), fx), _mm256_slli_epi32(fx, 16));
    const __m256i top = _mm256_madd_epi16(load_pairs(pixels, upper), weights);
    const __m256i low = _mm256_madd_epi16(load_pairs(pixels, lower), weights);
    // top (256 - fy) + low fy = 256 top + (low - top) fy
    const __m256i blend = _mm256_add_epi32(_mm256_slli_epi32(top, 8),
                                           _mm256_mullo_epi32(_mm256_sub_epi32(low, top), fy));
    return to_bytes(_mm256_srli_epi32(_mm256_add_epi32(blend, _mm256_set1_epi32(32768)), 16));
  }

  const std::uint8_t* pixels;
  __m256i right, bottom, stride;
};

}  // namespace

void warp_patch(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  // Pixel offsets must fit 32 bits as well.
  if (source.stride * source.height >= kLimit ||
      !fits_32_bits(source, grid, target.width, target.height)) {
    return scalar::warp_patch(source, grid, target);
  }
  const Source from(source);
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i lane_x = _mm256_mullo_epi32(lane, _mm256_set1_epi32(grid.a));
  const __m256i lane_y = _mm256_mullo_epi32(lane, _mm256_set1_epi32(grid.b));
  const __m128i reversed = _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1);
  for (int row = 0; row < target.height; ++row) {
    std::uint8_t* pixels = target.pixels + row * target.stride;
    const int x = static_cast<int>(grid.x0 - std::int64_t{grid.b} * row);
    const int y = static_cast<int>(grid.y0 + std::int64_t{grid.a} * row);
    for (int column = 0; column < target.width; column += 8) {
      const __m256i column_x = _mm256_add_epi32(_mm256_set1_epi32(x + grid.a * column), lane_x);
      const __m256i column_y = _mm256_add_epi32(_mm256_set1_epi32(y + grid.b * column), lane_y);
      __m128i values = from.sample(column_x, column_y);
      int position = column;
      if (target.is_mirrored) {
        values = _mm_shuffle_epi8(values, reversed);
        position = target.width - 8 - column;
      }
      _mm_storel_epi64(reinterpret_cast<__m128i*>(pixels + position), values);
    }
  }
}

void shrink_row(const std::uint8_t* rows,
                std::ptrdiff_t stride,
                int factor,
                int block_count,
                std::uint8_t* target) {
  int done = 0;
  if (factor == 2 || factor == 4) {
    // Pairs of neighbors by maddubs; for 4, pairs of pairs by madd.
    const __m256i ones = _mm256_set1_epi8(1);
    const int step = 32 / factor;
    for (; done + step <= block_count; done += step) {
      __m256i sums = _mm256_setzero_si256();
      for (int y = 0; y < factor; ++y) {
        const std::uint8_t* p = rows + y * stride + done * factor;
        const __m256i pixels = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
        sums = _mm256_add_epi16(sums, _mm256_maddubs_epi16(pixels, ones));
      }
      if (factor == 2) {
        const __m256i means = _mm256_srli_epi16(_mm256_add_epi16(sums, _mm256_set1_epi16(2)), 2);
        const __m128i bytes =
            _mm_packus_epi16(_mm256_castsi256_si128(means), _mm256_extracti128_si256(means, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(target + done), bytes);
      } else {
        const __m256i quads = _mm256_madd_epi16(sums, _mm256_set1_epi16(1));
        const __m256i means = _mm256_srli_epi32(_mm256_add_epi32(quads, _mm256_set1_epi32(8)), 4);
        _mm_storel_epi64(reinterpret_cast<__m128i*>(target + done), to_bytes(means));
      }
    }
  }
  shrink_row_by_columns(rows + done * factor, stride, factor, block_count - done, target + done);
}

}  // namespace eyelid::kernels::avx2
