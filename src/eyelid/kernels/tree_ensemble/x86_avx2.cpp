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

constexpr int kLanes = 8;
// Rows of a block of trees stay in the first-level cache while several passes go over them.
constexpr int kBlockTrees = 32;
enum class Lanes { All };  // rows end where registers do
constexpr Lanes first_lanes(int) { return Lanes::All; }

struct F32 {
  using Sum = float;
  static __m256 load_sum(const float* sum) { return _mm256_loadu_ps(sum); }
  static __m256 add(__m256 sum, const std::byte* row, std::size_t i, Lanes) {
    return _mm256_add_ps(sum, _mm256_loadu_ps(reinterpret_cast<const float*>(row) + 8 * i));
  }
  static void store_sum(float* sum, __m256 value) { _mm256_storeu_ps(sum, value); }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 32; }
};

struct F16 : F32 {
  static __m256 add(__m256 sum, const std::byte* row, std::size_t i, Lanes) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row) + i);
    return _mm256_add_ps(sum, _mm256_cvtph_ps(halves));
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 16; }
};

struct I16 {
  using Sum = std::int32_t;
  static __m256i load_sum(const std::int32_t* sum) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sum));
  }
  static __m256i add(__m256i sum, const std::byte* row, std::size_t i, Lanes) {
    const __m128i steps = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row) + i);
    return _mm256_add_epi32(sum, _mm256_cvtepi16_epi32(steps));
  }
  static void store_sum(std::int32_t* sum, __m256i value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sum), value);
  }
  static std::size_t row_bytes(int values) { return i16_row_bytes(values); }
};

__m256 plus_scaled(__m256 sum, const std::int32_t* integers, float scale) {
  const __m256 floats = _mm256_cvtepi32_ps(I16::load_sum(integers));
  return _mm256_add_ps(sum, _mm256_mul_ps(_mm256_set1_ps(scale), floats));
}

#include "eyelid/kernels/tree_ensemble/leaf_rows.inc"

void sum_i16(const LeafTable& leaves, const std::uint8_t* leaf, std::int32_t* sums) {
  for (int i = 0; i < (leaves.value_count + 7) / 8 * 8; ++i) sums[i] = 0;
  add_leaves<I16>(leaves, leaf, sums);
}

#include "eyelid/kernels/tree_ensemble/leaf_entries.inc"

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

}  // namespace eyelid::kernels::avx2
