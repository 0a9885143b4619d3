// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// Pixel position of four normalized coordinates: floor(origin + extent * value + 0.5). What does
// not fit an integer, or is no number, becomes the lowest one.
__m128i pixel_position(__m128 value, __m256d origin, __m256d extent) {
  const __m256d scaled = _mm256_mul_pd(extent, _mm256_cvtps_pd(value));
  const __m256d shifted = _mm256_add_pd(_mm256_add_pd(origin, scaled), _mm256_set1_pd(0.5));
  return _mm256_cvttpd_epi32(_mm256_floor_pd(shifted));
}

// All ones where 0 <= value <= last.
__m128i is_inside(__m128i value, __m128i last) {
  return _mm_cmpeq_epi32(_mm_min_epu32(value, last), value);
}

// x0 y0 of two shape points.
__m128 load_two_points(const float* shape, const std::int32_t* anchor) {
  const auto* first = reinterpret_cast<const double*>(shape + 2 * anchor[0]);
  const auto* second = reinterpret_cast<const double*>(shape + 2 * anchor[1]);
  return _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(first), second));
}

// Rows of a block of trees stay in the first-level cache while several passes go over them.
constexpr int kBlockTrees = 32;
// Rows are fetched this many trees ahead: their addresses are known, the hardware cannot guess
// them.
constexpr int kAhead = 12;
// Eight-number registers per pass; 68 points are a pass of nine and one of eight.
constexpr int kPassRegisters = 9;

struct F32 {
  using Sum = float;
  static __m256 load(const std::byte* row, std::size_t i) {
    return _mm256_loadu_ps(reinterpret_cast<const float*>(row) + 8 * i);
  }
  static __m256 load_sum(const float* sum) { return _mm256_loadu_ps(sum); }
  static __m256 add(__m256 a, __m256 b) { return _mm256_add_ps(a, b); }
  static void store_sum(float* sum, __m256 value) { _mm256_storeu_ps(sum, value); }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 32; }
};

struct F16 : F32 {
  static __m256 load(const std::byte* row, std::size_t i) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row) + i));
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 16; }
};

struct I16 {
  using Sum = std::int32_t;
  static __m256i load(const std::byte* row, std::size_t i) {
    return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row) + i));
  }
  static __m256i load_sum(const std::int32_t* sum) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sum));
  }
  static __m256i add(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
  static void store_sum(std::int32_t* sum, __m256i value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sum), value);
  }
  static std::size_t row_bytes(int values) { return i16_row_bytes(values); }
};

struct Rows {
  const std::byte* begin;
  std::size_t row_bytes;
  int depth;
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

struct Block {
  int first;  // trees first .. end - 1
  int end;
  int prefetch_end;  // rows of trees before this one are fetched ahead
};

// Adds `registers` times eight numbers of every row of the block, from number 8 * offset on.
template <class Number, int registers>
void add_rows(const Rows& rows, const Block& block, std::size_t offset, typename Number::Sum* sum) {
  decltype(Number::load_sum(sum)) sums[registers];
#pragma GCC unroll 16
  for (int i = 0; i < registers; ++i) sums[i] = Number::load_sum(sum + 8 * i);
  for (int tree = block.first; tree < block.end; ++tree) {
    if (tree + kAhead < block.prefetch_end) rows.prefetch(tree + kAhead);
    const std::byte* row = rows.row(tree);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < registers; ++i) {
      sums[i] = Number::add(sums[i], Number::load(row, offset + i));
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < registers; ++i) Number::store_sum(sum + 8 * i, sums[i]);
}

template <class Number>
using AddRows = void (*)(const Rows&, const Block&, std::size_t, typename Number::Sum*);
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
  const int registers = (leaves.value_count + 7) / 8;
  const int passes = (registers + kPassRegisters - 1) / kPassRegisters;
  const Rows rows{leaves.rows, Number::row_bytes(leaves.value_count), leaves.depth, leaf};
  const int block_trees = passes == 1 ? leaves.tree_count : kBlockTrees;
  for (int tree = 0; tree < kAhead && tree < leaves.tree_count; ++tree) rows.prefetch(tree);
  for (int first = 0; first < leaves.tree_count; first += block_trees) {
    Block block{first, first + block_trees, leaves.tree_count};
    if (block.end > leaves.tree_count) block.end = leaves.tree_count;
    for (int pass = 0; pass < passes; ++pass) {
      const int begin = registers * pass / passes;
      const int count = registers * (pass + 1) / passes - begin;
      kAddRows<Number>[count - 1](rows, block, static_cast<std::size_t>(begin), sum + 8 * begin);
      block.prefetch_end = 0;  // the first pass has done it
    }
  }
}

}  // namespace

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  const __m128 turn_a = _mm_set1_ps(a);
  const __m128 turn_b = _mm_set1_ps(b);
  const __m256d left = _mm256_set1_pd(image.left);
  const __m256d top = _mm256_set1_pd(image.top);
  const __m256d extent_x = _mm256_set1_pd(image.extent_x);
  const __m256d extent_y = _mm256_set1_pd(image.extent_y);
  const __m128i last_column = _mm_set1_epi32(image.width - 1);
  const __m128i last_row = _mm_set1_epi32(image.height - 1);
  const __m128i stride = _mm_set1_epi32(static_cast<int>(image.stride));
  for (int i = 0; i < features.count; i += 4) {
    const __m128 first = load_two_points(shape, features.anchor + i);
    const __m128 second = load_two_points(shape, features.anchor + i + 2);
    const __m128 anchor_x = _mm_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0));
    const __m128 anchor_y = _mm_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1));
    const __m128 dx = _mm_load_ps(features.dx + i);
    const __m128 dy = _mm_load_ps(features.dy + i);
    const __m128 turned_x = _mm_sub_ps(_mm_mul_ps(turn_a, dx), _mm_mul_ps(turn_b, dy));
    const __m128 turned_y = _mm_add_ps(_mm_mul_ps(turn_b, dx), _mm_mul_ps(turn_a, dy));
    const __m128i column = pixel_position(_mm_add_ps(turned_x, anchor_x), left, extent_x);
    const __m128i row = pixel_position(_mm_add_ps(turned_y, anchor_y), top, extent_y);
    const __m128i inside = _mm_and_si128(is_inside(column, last_column), is_inside(row, last_row));
    // Outside, the first pixel is read and its value dropped.
    const __m128i offset =
        _mm_and_si128(_mm_add_epi32(_mm_mullo_epi32(row, stride), column), inside);
    const int mask = _mm_movemask_ps(_mm_castsi128_ps(inside));
    const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(offset));
    const auto high = static_cast<std::uint64_t>(_mm_extract_epi64(offset, 1));
    values[i] = image.pixels[low & 0xffffffffu];
    values[i + 1] = image.pixels[low >> 32];
    values[i + 2] = image.pixels[high & 0xffffffffu];
    values[i + 3] = image.pixels[high >> 32];
    if (mask != 15) {
      for (int k = 0; k < 4; ++k) {
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
  alignas(32) std::int32_t sums[kMaxLeafValues];
  for (int i = 0; i < leaves.value_count; i += 8) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(sums + i), _mm256_setzero_si256());
  }
  add_leaves<I16>(leaves, leaf, sums);
  const __m256 factor = _mm256_set1_ps(scale);
  for (int i = 0; i < leaves.value_count; i += 8) {
    const __m256i sum = _mm256_load_si256(reinterpret_cast<const __m256i*>(sums + i));
    const __m256 step = _mm256_mul_ps(factor, _mm256_cvtepi32_ps(sum));
    _mm256_storeu_ps(shape + i, _mm256_add_ps(_mm256_loadu_ps(shape + i), step));
  }
}

}  // namespace eyelid::kernels::avx2
