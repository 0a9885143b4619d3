// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::avx512 {
namespace {

// The 32 registers: 24 accumulators (8 channels x 3 vectors of 16 positions), 3 of pixels, 1
// weight.
constexpr int kLanes = 16;
template <int vectors>
constexpr int kTileChannels = 8;
constexpr bool kKeepsTaps = true;
using Vector = __m512;

[[gnu::always_inline]] inline Vector load(const float* source) { return _mm512_loadu_ps(source); }
[[gnu::always_inline]] inline Vector in_register(Vector v) { return v; }
[[gnu::always_inline]] inline void store(float* target, Vector v) { _mm512_storeu_ps(target, v); }
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  return _mm512_set1_ps(*source);
}
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return _mm512_fmadd_ps(a, b, sum);
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm512_max_ps(a, b); }
[[gnu::always_inline]] inline Vector prelu(Vector value, Vector slope) {
  const __mmask16 is_negative = _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_LT_OQ);
  return _mm512_mask_mul_ps(value, is_negative, value, slope);
}

// A weight is read where it is needed.
using GroupWeights = const float*;
[[gnu::always_inline]] inline GroupWeights weights_of(const float* weights) { return weights; }
[[gnu::always_inline]] inline Vector weight(GroupWeights group, int o) {
  return broadcast(group + o);
}

#include "eyelid/kernels/convolution/planes.inc"

/// Maximum of 16 neighbors over `size` rows; what the mask leaves out is minus infinity.
template <int size>
[[gnu::always_inline]] inline __m512 maximum_of_rows(const float* const* row,
                                                     std::ptrdiff_t at,
                                                     __mmask16 mask) {
  const __m512 nothing = _mm512_set1_ps(-__builtin_inff());
  __m512 largest = _mm512_mask_loadu_ps(nothing, mask, row[0] + at);
#pragma GCC unroll 3
  for (int dy = 1; dy < size; dy++) {
    largest = _mm512_max_ps(largest, _mm512_mask_loadu_ps(nothing, mask, row[dy] + at));
  }
  return largest;
}

/// The first `count` lanes; none for a negative count.
__mmask16 first_lanes(std::ptrdiff_t count) {
  if (count >= kLanes) return 0xFFFF;
  return count > 0 ? static_cast<__mmask16>((1u << static_cast<unsigned>(count)) - 1u) : 0;
}

/// Maximum over `size` rows of the 16 columns from `begin` on, as far as there are any.
template <int size>
[[gnu::always_inline]] inline __m512 maximum_from(const MaxPool& pool,
                                                  const float* const* row,
                                                  std::ptrdiff_t begin) {
  return maximum_of_rows<size>(row, begin, first_lanes(pool.width - begin));
}

/// One row of output of one picture: positions in the lanes.
template <int size>
void pool_row_of_one(const MaxPool& pool, const float* const* row, float* target) {
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  for (std::ptrdiff_t x = 0; x < pool.output_width; x += kLanes) {
    const __m512 low = maximum_from<size>(pool, row, 2 * x),
                 high = maximum_from<size>(pool, row, 2 * x + kLanes);
    __m512 largest = _mm512_max_ps(_mm512_permutex2var_ps(low, even, high),
                                   _mm512_permutex2var_ps(low, odd, high));
    if (size == 3) {
      const __m512 next_low = maximum_from<size>(pool, row, 2 * x + 2),
                   next_high = maximum_from<size>(pool, row, 2 * x + 2 + kLanes);
      largest = _mm512_max_ps(largest, _mm512_permutex2var_ps(next_low, even, next_high));
    }
    _mm512_mask_storeu_ps(target + x, first_lanes(pool.output_width - x), largest);
  }
}

/// The same of several pictures: pictures in the lanes.
template <int size>
void pool_row(const MaxPool& pool, const float* const* row, std::ptrdiff_t step, float* target) {
  const std::ptrdiff_t last = pool.width - 1;
  for (int x = 0; x < pool.output_width; x++, target += step) {
    for (std::ptrdiff_t i = 0; i < step; i += kLanes) {
      const __mmask16 mask = first_lanes(step - i);
      __m512 largest = maximum_of_rows<size>(row, 2 * x * step + i, mask);
#pragma GCC unroll 3
      for (int dx = 1; dx < size; dx++) {
        // A column beyond the edge counts as the last one: it changes no maximum.
        const std::ptrdiff_t column = 2 * x + dx < last ? 2 * x + dx : last;
        largest = _mm512_max_ps(largest, maximum_of_rows<size>(row, column * step + i, mask));
      }
      _mm512_mask_storeu_ps(target + i, mask, largest);
    }
  }
}

template <int size>
void pool_plane(const MaxPool& pool,
                const float* source,
                const ConvolutionInput& input,
                float* target,
                std::ptrdiff_t target_row) {
  for (int y = 0; y < pool.output_height; y++, target += target_row) {
    const float* row[size];
    for (int dy = 0; dy < size; dy++) {
      const int inside = 2 * y + dy < pool.height ? 2 * y + dy : pool.height - 1;
      row[dy] = source + inside * input.row;
    }
    if (input.step == 1) {
      pool_row_of_one<size>(pool, row, target);
    } else {
      pool_row<size>(pool, row, input.step, target);
    }
  }
}

#include "eyelid/kernels/convolution/entries.inc"

}  // namespace eyelid::kernels::avx512
