// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/warp_patch/warp_patch.hpp"

namespace eyelid::kernels::avx512_vbmi {
namespace {

// A block of 16 columns and 4 rows of the target is one register of bytes. The source pixels under
// it lie in a table of rows of 32 bytes, two to a register, where permutations look them up.
constexpr int kColumns = 16;
constexpr int kRows = 4;
constexpr int kTableWidth = 32;
constexpr int kOne = 65536;  // of WarpGrid

template <int registers>
struct Table {
  static constexpr int kHeight = 2 * registers;
  __m512i r[registers];

  // Columns left .. left + 31 of the rows from `top` on; the last row stands for those below it.
  Table(const GrayPixels& source, int left, int top) {
    const int last = source.height - 1;
    const std::uint8_t* corner = source.pixels + left;
    const auto row = [&](int i) {
      const int y = top + i < last ? top + i : last;
      return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(corner + y * source.stride));
    };
#pragma GCC unroll 8
    for (int i = 0; i < registers; ++i) {
      r[i] = _mm512_inserti64x4(_mm512_castsi256_si512(row(2 * i)), row(2 * i + 1), 1);
    }
  }

  // Bits 0-6 of an index choose inside a pair of registers, bit 7 the pair, `upper` the half.
  __m512i look_up(__m512i index, __mmask64 upper) const {
    const __mmask64 second = _mm512_movepi8_mask(index);
    const __m512i lower_half = _mm512_mask_blend_epi8(second,
                                                      _mm512_permutex2var_epi8(r[0], index, r[1]),
                                                      _mm512_permutex2var_epi8(r[2], index, r[3]));
    if constexpr (registers == 4) {
      return lower_half;
    } else {
      const __m512i upper_half =
          _mm512_mask_blend_epi8(second,
                                 _mm512_permutex2var_epi8(r[4], index, r[5]),
                                 _mm512_permutex2var_epi8(r[6], index, r[7]));
      return _mm512_mask_blend_epi8(upper, lower_half, upper_half);
    }
  }
};

// Positions of a block in the table, packed: the four dwords of every 128-bit lane belong to the
// four rows. to_rows() puts them in order again.
struct Positions {
  __m512i whole;     // bytes
  __m512i fraction;  // bytes, 1/256

  // `step` is the way from one row to the next, `low` and `high` the bounds, all in 1/65536.
  Positions(__m512i first_row, int step, int origin, int high) {
    const __m512i lowest = _mm512_setzero_si512();
    const __m512i highest = _mm512_set1_epi32(high);
    const __m512i shift = _mm512_set1_epi32(origin);
    __m512i rows[kRows];
#pragma GCC unroll 4
    for (int i = 0; i < kRows; ++i) {
      const __m512i position = _mm512_add_epi32(first_row, _mm512_set1_epi32(step * i));
      const __m512i inside = _mm512_min_epi32(_mm512_max_epi32(position, lowest), highest);
      rows[i] = _mm512_srli_epi32(_mm512_sub_epi32(inside, shift), 8);
    }
    const __m512i upper = _mm512_packus_epi32(rows[0], rows[1]);
    const __m512i lower = _mm512_packus_epi32(rows[2], rows[3]);
    const __m512i byte = _mm512_set1_epi16(255);
    whole = _mm512_packus_epi16(_mm512_srli_epi16(upper, 8), _mm512_srli_epi16(lower, 8));
    fraction = _mm512_packus_epi16(_mm512_and_si512(upper, byte), _mm512_and_si512(lower, byte));
  }
};

__m512i to_rows(__m512i packed) {
  return _mm512_permutexvar_epi32(
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed);
}

// 32 numbers p (256 - f) + q f, 0 .. 65280, of bytes widened to 16 bits.
__m512i mix(__m512i p, __m512i q, __m512i f) {
  return _mm512_add_epi16(_mm512_slli_epi16(p, 8), _mm512_mullo_epi16(_mm512_sub_epi16(q, p), f));
}

// (top (256 - f) + low f + 32768) >> 16 of 32 numbers: signed products want numbers less 32768,
// which leaves 2^23 to add.
__m512i mix_rows(__m512i top, __m512i low, __m512i f) {
  const __m512i sign = _mm512_set1_epi16(-32768);
  const __m512i round = _mm512_set1_epi32((1 << 23) + 32768);
  top = _mm512_xor_si512(top, sign);
  low = _mm512_xor_si512(low, sign);
  const __m512i rest = _mm512_sub_epi16(_mm512_set1_epi16(256), f);
  const __m512i first =
      _mm512_madd_epi16(_mm512_unpacklo_epi16(top, low), _mm512_unpacklo_epi16(rest, f));
  const __m512i second =
      _mm512_madd_epi16(_mm512_unpackhi_epi16(top, low), _mm512_unpackhi_epi16(rest, f));
  return _mm512_packus_epi32(_mm512_srli_epi32(_mm512_add_epi32(first, round), 16),
                             _mm512_srli_epi32(_mm512_add_epi32(second, round), 16));
}

__m512i bilinear(__m512i p00, __m512i p01, __m512i p10, __m512i p11, __m512i fx, __m512i fy) {
  const __m512i zero = _mm512_setzero_si512();
  const auto low = [&](__m512i bytes) { return _mm512_unpacklo_epi8(bytes, zero); };
  const auto high = [&](__m512i bytes) { return _mm512_unpackhi_epi8(bytes, zero); };
  const __m512i first =
      mix_rows(mix(low(p00), low(p01), low(fx)), mix(low(p10), low(p11), low(fx)), low(fy));
  const __m512i second =
      mix_rows(mix(high(p00), high(p01), high(fx)), mix(high(p10), high(p11), high(fx)), high(fy));
  return _mm512_packus_epi16(first, second);
}

// Up to four rows of sixteen bytes.
void store(const WarpTarget& target, int column, int row, __m512i values) {
  const __m128i reversed = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  if (target.is_mirrored) {
    values = _mm512_shuffle_epi8(values, _mm512_broadcast_i32x4(reversed));
    column = target.width - kColumns - column;
  }
  const __m128i rows[kRows] = {_mm512_castsi512_si128(values),
                               _mm512_extracti32x4_epi32(values, 1),
                               _mm512_extracti32x4_epi32(values, 2),
                               _mm512_extracti32x4_epi32(values, 3)};
  std::uint8_t* pixels = target.pixels + row * target.stride + column;
  for (int i = 0; i < kRows && row + i < target.height; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(pixels + i * target.stride), rows[i]);
  }
}

int clamp(int value, int high) { return value < 0 ? 0 : value > high ? high : value; }
int smaller(int a, int b) { return a < b ? a : b; }

template <int registers>
void warp_blocks(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  const int right = (source.width - 1) * kOne;
  const int bottom = (source.height - 1) * kOne;
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i lane_x = _mm512_mullo_epi32(lane, _mm512_set1_epi32(grid.a));
  const __m512i lane_y = _mm512_mullo_epi32(lane, _mm512_set1_epi32(grid.b));
  // From the first position of a block to its least ones.
  const int min_x = smaller(0, (kColumns - 1) * grid.a) + smaller(0, (1 - kRows) * grid.b);
  const int min_y = smaller(0, (kColumns - 1) * grid.b) + smaller(0, (kRows - 1) * grid.a);
  for (int row = 0; row < target.height; row += kRows) {
    for (int column = 0; column < target.width; column += kColumns) {
      const int x = static_cast<int>(grid.x0) + grid.a * column - grid.b * row;
      const int y = static_cast<int>(grid.y0) + grid.b * column + grid.a * row;
      const int left = smaller(clamp(x + min_x, right) / kOne, source.width - kTableWidth);
      const int top = clamp(y + min_y, bottom) / kOne;
      const Table<registers> table(source, left, top);
      const Positions in_x(
          _mm512_add_epi32(_mm512_set1_epi32(x), lane_x), -grid.b, left * kOne, right);
      const Positions in_y(
          _mm512_add_epi32(_mm512_set1_epi32(y), lane_y), grid.a, top * kOne, bottom);

      // Beside the last column and below the last row pixels have no weight: the next index may be
      // any.
      const __m512i next_row = _mm512_add_epi8(in_y.whole, _mm512_set1_epi8(1));
      const __mmask64 upper = _mm512_test_epi8_mask(in_y.whole, _mm512_set1_epi8(8));
      const __mmask64 next_upper = _mm512_test_epi8_mask(next_row, _mm512_set1_epi8(8));
      const __m512i seven = _mm512_set1_epi8(7);
      const __m512i index =
          _mm512_or_si512(_mm512_slli_epi16(_mm512_and_si512(in_y.whole, seven), 5), in_x.whole);
      const __m512i next_index =
          _mm512_or_si512(_mm512_slli_epi16(_mm512_and_si512(next_row, seven), 5), in_x.whole);
      const __m512i one = _mm512_set1_epi8(1);
      const __m512i values = bilinear(table.look_up(index, upper),
                                      table.look_up(_mm512_add_epi8(index, one), upper),
                                      table.look_up(next_index, next_upper),
                                      table.look_up(_mm512_add_epi8(next_index, one), next_upper),
                                      in_x.fraction,
                                      in_y.fraction);
      store(target, column, row, to_rows(values));
    }
  }
}

int magnitude(int value) { return value < 0 ? -value : value; }

bool is_steep(int step) {
  constexpr int kSteepest = 8 * kOne;  // far more than a table holds, and no overflow below
  return step < -kSteepest || step > kSteepest;
}

#include "eyelid/kernels/warp_patch/grid_range.inc"

}  // namespace

void warp_patch(const GrayPixels& source, const WarpGrid& grid, const WarpTarget& target) {
  if (source.width < kTableWidth || target.width % kColumns != 0 || is_steep(grid.a) ||
      is_steep(grid.b) ||
      // Blocks reach beyond the edge.
      !fits_32_bits(source, grid, target.width + kColumns, target.height + kRows)) {
    return avx2::warp_patch(source, grid, target);
  }
  // Pixels from the least position to the greatest of a block, with the one the fraction reaches.
  const int a = magnitude(grid.a);
  const int b = magnitude(grid.b);
  const int width = ((kColumns - 1) * a + (kRows - 1) * b) / kOne + 3;
  const int height = ((kColumns - 1) * b + (kRows - 1) * a) / kOne + 3;
  if (width > kTableWidth || height > Table<8>::kHeight) {
    avx2::warp_patch(source, grid, target);
  } else if (height > Table<4>::kHeight) {
    warp_blocks<8>(source, grid, target);
  } else {
    warp_blocks<4>(source, grid, target);
  }
}

}  // namespace eyelid::kernels::avx512_vbmi
