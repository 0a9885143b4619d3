// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::avx512 {
namespace {

__m256i pixel_position(__m256 value, __m512d origin, __m512d extent) {
  const __m512d scaled = _mm512_mul_pd(extent, _mm512_cvtps_pd(value));
  const __m512d shifted = _mm512_add_pd(_mm512_add_pd(origin, scaled), _mm512_set1_pd(0.5));
  return _mm512_cvttpd_epi32(_mm512_floor_pd(shifted));
}

// All ones where 0 <= value <= last.
__m256i is_inside(__m256i value, __m256i last) {
  return _mm256_cmpeq_epi32(_mm256_min_epu32(value, last), value);
}

// x0 y0 of two shape points.
__m128 load_two_points(const float* shape, const std::int32_t* anchor) {
  const auto* first = reinterpret_cast<const double*>(shape + 2 * anchor[0]);
  const auto* second = reinterpret_cast<const double*>(shape + 2 * anchor[1]);
  return _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(first), second));
}

// Rows are fetched this many trees ahead: their addresses are known, the hardware cannot guess
// them.
constexpr int kAhead = 12;
// Sixteen-number registers per pass: a row of 68 points in one.
constexpr int kPassRegisters = 9;

struct F32 {
  using Sum = float;
  static __m512 load(const std::byte* row, std::size_t i, __mmask16 mask) {
    return _mm512_maskz_loadu_ps(mask, reinterpret_cast<const float*>(row) + 16 * i);
  }
  static __m512 load_sum(const float* sum) { return _mm512_loadu_ps(sum); }
  static __m512 add(__m512 a, __m512 b) { return _mm512_add_ps(a, b); }
  static void store_sum(float* sum, __m512 value) { _mm512_storeu_ps(sum, value); }
  static constexpr std::size_t kBytes = 4;
};

struct F16 : F32 {
  static __m512 load(const std::byte* row, std::size_t i, __mmask16 mask) {
    const auto* p = reinterpret_cast<const std::uint16_t*>(row) + 16 * i;
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, p));
  }
  static constexpr std::size_t kBytes = 2;
};

struct I16 {
  using Sum = std::int32_t;
  static __m512i load(const std::byte* row, std::size_t i, __mmask16 mask) {
    const auto* p = reinterpret_cast<const std::int16_t*>(row) + 16 * i;
    return _mm512_cvtepi16_epi32(_mm256_maskz_loadu_epi16(mask, p));
  }
  static __m512i load_sum(const std::int32_t* sum) { return _mm512_loadu_si512(sum); }
  static __m512i add(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
  static void store_sum(std::int32_t* sum, __m512i value) { _mm512_storeu_si512(sum, value); }
  static constexpr std::size_t kBytes = 2;
};

struct Rows {
  const std::byte* begin;
  std::size_t row_bytes;
  int depth;
  int tree_count;
  const std::uint8_t* leaf;

  const std::byte* row(int tree) const {
    return begin + ((static_cast<std::size_t>(tree) << depth) + leaf[tree]) * row_bytes;
  }
  void prefetch(int tree) const {
    const std::byte* p = row(tree);
    for (std::size_t i = 0; i < row_bytes; i += 64) {
      _mm_prefetch(reinterpret_cast<const char*>(p + i), _MM_HINT_T0);
    }
    _mm_prefetch(reinterpret_cast<const char*>(p + row_bytes - 1), _MM_HINT_T0);
  }
};

// Adds `registers` times 16 numbers of every row, from number 16 * offset on; of the last sixteen
// only those in `last_mask`, as the row may end between them.
template <class Number, int registers>
void add_rows(const Rows& rows,
              std::size_t offset,
              __mmask16 last_mask,
              bool is_prefetching,
              typename Number::Sum* sum) {
  decltype(Number::load_sum(sum)) sums[registers];
#pragma GCC unroll 16
  for (int i = 0; i < registers; ++i) sums[i] = Number::load_sum(sum + 16 * i);
  for (int tree = 0; tree < rows.tree_count; ++tree) {
    if (is_prefetching && tree + kAhead < rows.tree_count) rows.prefetch(tree + kAhead);
    const std::byte* row = rows.row(tree);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < registers; ++i) {
      const __mmask16 mask = i + 1 < registers ? static_cast<__mmask16>(0xffff) : last_mask;
      sums[i] = Number::add(sums[i], Number::load(row, offset + i, mask));
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < registers; ++i) Number::store_sum(sum + 16 * i, sums[i]);
}

template <class Number>
using AddRows = void (*)(const Rows&, std::size_t, __mmask16, bool, typename Number::Sum*);
template <class Number>
constexpr AddRows<Number> kAddRows[kPassRegisters] = {add_rows<Number, 1>,
                                                      add_rows<Number, 2>,
                                                      add_rows<Number, 3>,
                                                      add_rows<Number, 4>,
                                                      add_rows<Number, 5>,
                                                      add_rows<Number, 6>,
                                                      add_rows<Number, 7>,
                                                      add_rows<Number, 8>,
                                                      add_rows<Number, 9>};

template <class Number>
void add_leaves(const LeafTable& leaves, const std::uint8_t* leaf, typename Number::Sum* sum) {
  const int row_length = (leaves.value_count + 7) / 8 * 8;
  const int registers = (row_length + 15) / 16;
  const int passes = (registers + kPassRegisters - 1) / kPassRegisters;
  const Rows rows{leaves.rows,
                  static_cast<std::size_t>(row_length) * Number::kBytes,
                  leaves.depth,
                  leaves.tree_count,
                  leaf};
  for (int tree = 0; tree < kAhead && tree < leaves.tree_count; ++tree) rows.prefetch(tree);
  for (int pass = 0; pass < passes; ++pass) {
    const int begin = registers * pass / passes;
    const int end = registers * (pass + 1) / passes;
    const bool ends_inside = 16 * end > row_length;
    kAddRows<Number>[end - begin - 1](rows,
                                      static_cast<std::size_t>(begin),
                                      static_cast<__mmask16>(ends_inside ? 0x00ff : 0xffff),
                                      pass == 0,
                                      sum + 16 * begin);
  }
}

}  // namespace

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  const __m256 turn_a = _mm256_set1_ps(a);
  const __m256 turn_b = _mm256_set1_ps(b);
  const __m512d left = _mm512_set1_pd(image.left);
  const __m512d top = _mm512_set1_pd(image.top);
  const __m512d extent_x = _mm512_set1_pd(image.extent_x);
  const __m512d extent_y = _mm512_set1_pd(image.extent_y);
  const __m256i last_column = _mm256_set1_epi32(image.width - 1);
  const __m256i last_row = _mm256_set1_epi32(image.height - 1);
  const __m256i stride = _mm256_set1_epi32(static_cast<int>(image.stride));
  for (int i = 0; i < features.count; i += 8) {
    const std::int32_t* anchor = features.anchor + i;
    const __m256 even =
        _mm256_set_m128(load_two_points(shape, anchor + 4), load_two_points(shape, anchor));
    const __m256 odd =
        _mm256_set_m128(load_two_points(shape, anchor + 6), load_two_points(shape, anchor + 2));
    const __m256 anchor_x = _mm256_shuffle_ps(even, odd, _MM_SHUFFLE(2, 0, 2, 0));
    const __m256 anchor_y = _mm256_shuffle_ps(even, odd, _MM_SHUFFLE(3, 1, 3, 1));
    const __m256 dx = _mm256_load_ps(features.dx + i);
    const __m256 dy = _mm256_load_ps(features.dy + i);
    const __m256 turned_x = _mm256_sub_ps(_mm256_mul_ps(turn_a, dx), _mm256_mul_ps(turn_b, dy));
    const __m256 turned_y = _mm256_add_ps(_mm256_mul_ps(turn_b, dx), _mm256_mul_ps(turn_a, dy));
    const __m256i column = pixel_position(_mm256_add_ps(turned_x, anchor_x), left, extent_x);
    const __m256i row = pixel_position(_mm256_add_ps(turned_y, anchor_y), top, extent_y);
    const __m256i inside =
        _mm256_and_si256(is_inside(column, last_column), is_inside(row, last_row));
    // Outside, the first pixel is read and its value dropped.
    alignas(32) std::uint32_t offset[8];
    const __m256i position = _mm256_add_epi32(_mm256_mullo_epi32(row, stride), column);
    _mm256_store_si256(reinterpret_cast<__m256i*>(offset), _mm256_and_si256(position, inside));
    const int mask = _mm256_movemask_ps(_mm256_castsi256_ps(inside));
#pragma GCC unroll 8
    for (int k = 0; k < 8; ++k) values[i + k] = image.pixels[offset[k]];
    if (mask != 255) {
      for (int k = 0; k < 8; ++k) {
        if ((mask >> k & 1) == 0) values[i + k] = 0;
      }
    }
  }
}

void add_leaves_f32(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  add_leaves<F32>(leaves, leaf, shape);
}

void add_leaves_f16(const LeafTable& leaves, const std::uint8_t* leaf, float* shape) {
  add_leaves<F16>(leaves, leaf, shape);
}

void add_leaves_i16(const LeafTable& leaves, const std::uint8_t* leaf, float scale, float* shape) {
  alignas(64) std::int32_t sums[kMaxLeafValues];
  for (int i = 0; i < leaves.value_count; i += 16) {
    _mm512_storeu_si512(sums + i, _mm512_setzero_si512());
  }
  add_leaves<I16>(leaves, leaf, sums);
  const __m512 factor = _mm512_set1_ps(scale);
  for (int i = 0; i < leaves.value_count; i += 16) {
    const __m512 step = _mm512_mul_ps(factor, _mm512_cvtepi32_ps(_mm512_loadu_si512(sums + i)));
    _mm512_storeu_ps(shape + i, _mm512_add_ps(_mm512_loadu_ps(shape + i), step));
  }
}

}  // namespace eyelid::kernels::avx512
