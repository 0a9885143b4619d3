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

// Means of eight blocks of 3 x 3, of their columns' sums: three neighbors are added everywhere, and
// every third such sum is kept.
__m128i means_of_three(const std::uint16_t* columns) {
  const auto load = [&](int x) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(columns + x));
  };
  const auto of_three = [&](int x) {
    return _mm_add_epi16(_mm_add_epi16(load(x), load(x + 1)), load(x + 2));
  };
  const __m128i first = _mm_setr_epi8(0, 1, 6, 7, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const __m128i second = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 3, 8, 9, 14, 15, -1, -1, -1, -1);
  const __m128i third = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 4, 5, 10, 11);
  const __m128i sums = _mm_or_si128(
      _mm_or_si128(_mm_shuffle_epi8(of_three(0), first), _mm_shuffle_epi8(of_three(8), second)),
      _mm_shuffle_epi8(of_three(16), third));
  // floor(sum / 9) = sum * 7282 >> 16 for sums up to 9 * 255 + 4.
  const __m128i rounded = _mm_add_epi16(sums, _mm_set1_epi16(4));
  const __m128i means = _mm_mulhi_epu16(rounded, _mm_set1_epi16(7282));
  return _mm_packus_epi16(means, means);
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
    int x = 0;
    for (; x < blocks * factor; x += 16) {
      __m256i sum = _mm256_setzero_si256();
      for (int y = 0; y < factor; ++y) {
        const std::uint8_t* p = rows + y * stride + first * factor + x;
        const __m128i pixels = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        sum = _mm256_add_epi16(sum, _mm256_cvtepu8_epi16(pixels));
      }
      _mm256_store_si256(reinterpret_cast<__m256i*>(sums + x), sum);
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(sums + x), _mm256_setzero_si256());
    const std::uint16_t* column = sums;
    int i = 0;
    for (; factor == 3 && i + 8 <= blocks; i += 8, column += 24) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(target + first + i), means_of_three(column));
    }
    for (; i < blocks; ++i, column += factor) {
      std::uint32_t sum = count / 2;
      for (int k = 0; k < factor; ++k) sum += column[k];
      target[first + i] = static_cast<std::uint8_t>((sum * reciprocal) >> 40);
    }
  }
}

#include "eyelid/kernels/warp_patch/grid_range.inc"

int smaller(int a, int b) { return a < b ? a : b; }
int magnitude(int value) { return value < 0 ? -value : value; }

// A block is kColumns of two rows of the target, one row in each half of a register. The source
// pixels under a half lie in `rows` rows of 16 bytes, where shuffles look them up.
constexpr int kColumns = 8;
constexpr int kTableWidth = 16;
constexpr int kOne = 65536;  // of WarpGrid

// One coordinate of the positions, in 1/65536: x or y.
struct Axis {
  __m256i lanes;          // from the first column of a block to the columns 0 .. 3
  __m256i four;           // from there to the columns 4 .. 7
  __m256i lowest;         // from the first column to the least position
  __m256i last;           // of the source
  __m256i last_of_table;  // where a table may begin

  Axis(int step, int extent, int table_extent)
      : lanes(
            _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 0, 1, 2, 3), _mm256_set1_epi32(step))),
        four(_mm256_set1_epi32(4 * step)),
        lowest(_mm256_set1_epi32(smaller(0, (kColumns - 1) * step))),
        last(_mm256_set1_epi32((extent - 1) * kOne)),
        last_of_table(_mm256_set1_epi32((extent - table_extent) * kOne)) {}
};

__m256i clamp(__m256i value, __m256i high) {
  return _mm256_min_epi32(_mm256_max_epi32(value, _mm256_setzero_si256()), high);
}

// That coordinate of a block.
struct Positions {
  __m256i table;     // 32-bit: first pixel of the half's table
  __m256i whole;     // 16-bit: pixels from there
  __m256i fraction;  // 16-bit: 1/256

  // `start` of the first column, the same in all lanes of a half.
  Positions(__m256i start, const Axis& axis) {
    table = _mm256_srli_epi32(clamp(_mm256_add_epi32(start, axis.lowest), axis.last_of_table), 16);
    const __m256i origin = _mm256_slli_epi32(table, 16);
    const __m256i left = _mm256_add_epi32(start, axis.lanes);
    const auto in_table = [&](__m256i position) {
      return _mm256_srli_epi32(_mm256_sub_epi32(clamp(position, axis.last), origin), 8);
    };
    const __m256i eighths =
        _mm256_packus_epi32(in_table(left), in_table(_mm256_add_epi32(left, axis.four)));
    whole = _mm256_srli_epi16(eighths, 8);
    fraction = _mm256_and_si256(eighths, _mm256_set1_epi16(255));
  }
};

// 16 numbers p (256 - f) + q f, 0 .. 65280, of pairs of bytes p, q.
__m256i mix_pairs(__m256i pairs, __m256i f) {
  const __m256i p = _mm256_and_si256(pairs, _mm256_set1_epi16(255));
  const __m256i q = _mm256_srli_epi16(pairs, 8);
  return _mm256_add_epi16(_mm256_slli_epi16(p, 8), _mm256_mullo_epi16(_mm256_sub_epi16(q, p), f));
}

// (top (256 - f) + low f + 32768) >> 16 of 16 numbers: signed products want numbers less 32768,
// which leaves 2^23 to add.
__m256i mix_rows(__m256i top, __m256i low, __m256i f) {
  const __m256i sign = _mm256_set1_epi16(-32768);
  const __m256i round = _mm256_set1_epi32((1 << 23) + 32768);
  top = _mm256_xor_si256(top, sign);
  low = _mm256_xor_si256(low, sign);
  const __m256i rest = _mm256_sub_epi16(_mm256_set1_epi16(256), f);
  const __m256i first =
      _mm256_madd_epi16(_mm256_unpacklo_epi16(top, low), _mm256_unpacklo_epi16(rest, f));
  const __m256i second =
      _mm256_madd_epi16(_mm256_unpackhi_epi16(top, low), _mm256_unpackhi_epi16(rest, f));
  return _mm256_packus_epi32(_mm256_srli_epi32(_mm256_add_epi32(first, round), 16),
                             _mm256_srli_epi32(_mm256_add_epi32(second, round), 16));
}

// Values of a block as 16-bit numbers; its positions lie in `rows` rows of the source.
template <int rows>
__m256i sample_block(const GrayPixels& source, const Positions& x, const Positions& y) {
  const __m256i stride = _mm256_set1_epi32(static_cast<int>(source.stride));
  const __m256i offset = _mm256_add_epi32(_mm256_mullo_epi32(y.table, stride), x.table);
  const std::uint8_t* first = source.pixels + _mm256_cvtsi256_si32(offset);
  const std::uint8_t* second =
      source.pixels + _mm_cvtsi128_si32(_mm256_extracti128_si256(offset, 1));
  const auto load = [](const std::uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  };
  // Each pixel and its right neighbor; beside the last column that has no weight.
  const __m256i index =
      _mm256_add_epi16(_mm256_mullo_epi16(x.whole, _mm256_set1_epi16(257)), _mm256_set1_epi16(256));
  __m256i pairs[rows];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i, first += source.stride, second += source.stride) {
    pairs[i] = _mm256_shuffle_epi8(_mm256_set_m128i(load(second), load(first)), index);
  }
  __m256i upper = pairs[0], lower = pairs[1];
#pragma GCC unroll 8
  for (int i = 1; i < rows; ++i) {
    const __m256i here = _mm256_set1_epi16(static_cast<std::int16_t>(i));
    const __m256i is_here = _mm256_cmpeq_epi16(y.whole, here);
    upper = _mm256_blendv_epi8(upper, pairs[i], is_here);
    // The last row of the source has none below, which has no weight.
    if (i + 1 < rows) lower = _mm256_blendv_epi8(lower, pairs[i + 1], is_here);
  }
  return mix_rows(mix_pairs(upper, x.fraction), mix_pairs(lower, x.fraction), y.fraction);
}

template <int rows>
void warp_blocks(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  const Axis axis_x(grid.a, source.width, 1);
  const Axis axis_y(grid.b, source.height, rows);
  const __m256i step_x = _mm256_set1_epi32(kColumns * grid.a);
  const __m256i step_y = _mm256_set1_epi32(kColumns * grid.b);
  const __m128i reversed = _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  const auto halves = [](std::int64_t low, std::int64_t high) {
    return _mm256_set_m128i(_mm_set1_epi32(static_cast<int>(high)),
                            _mm_set1_epi32(static_cast<int>(low)));
  };
  for (int row = 0; row < target.height; row += 2) {
    const std::int64_t second = smaller(row + 1, target.height - 1);
    __m256i x = halves(grid.x0 - grid.b * std::int64_t{row}, grid.x0 - grid.b * second);
    __m256i y = halves(grid.y0 + grid.a * std::int64_t{row}, grid.y0 + grid.a * second);
    std::uint8_t* upper = target.pixels + row * target.stride;
    std::uint8_t* lower = target.pixels + second * target.stride;
    for (int column = 0; column < target.width; column += kColumns) {
      const __m256i values = sample_block<rows>(source, Positions(x, axis_x), Positions(y, axis_y));
      x = _mm256_add_epi32(x, step_x);
      y = _mm256_add_epi32(y, step_y);
      __m128i bytes =
          _mm_packus_epi16(_mm256_castsi256_si128(values), _mm256_extracti128_si256(values, 1));
      int position = column;
      if (target.is_mirrored) {
        bytes = _mm_shuffle_epi8(bytes, reversed);
        position = target.width - kColumns - column;
      }
      _mm_storel_epi64(reinterpret_cast<__m128i*>(upper + position), bytes);
      // Not _mm_storeh_pd(): compilers take its address for that of an aligned double.
      _mm_storel_epi64(reinterpret_cast<__m128i*>(lower + position),
                       _mm_unpackhi_epi64(bytes, bytes));
    }
  }
}

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

// Eight columns of one row at a time, wherever their pixels are.
void warp_one_by_one(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
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

}  // namespace

void warp_patch(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  // Pixel offsets must fit 32 bits as well.
  if (source.stride * source.height >= kLimit ||
      !fits_32_bits(source, grid, target.width, target.height)) {
    return scalar::warp_patch(source, grid, target);
  }
  constexpr int kSteepest = 8 * kOne;  // far more than a table holds, and no overflow below
  const int a = magnitude(grid.a), b = magnitude(grid.b);
  // Pixels from the least position to the greatest, with the one that the fraction reaches.
  const int width = (kColumns - 1) * smaller(a, kSteepest) / kOne + 3;
  const int height = (kColumns - 1) * smaller(b, kSteepest) / kOne + 3;
  if (width > kTableWidth || height > 6 || source.height < 6) {
    warp_one_by_one(source, grid, target);
  } else if (height > 4) {
    warp_blocks<6>(source, grid, target);
  } else if (height == 4) {
    warp_blocks<4>(source, grid, target);
  } else {
    warp_blocks<3>(source, grid, target);
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
