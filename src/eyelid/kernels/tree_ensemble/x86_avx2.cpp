// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::avx2 {
namespace {

__m128i pixel_position(__m128 value, __m256d origin, __m256d extent) {
  const __m256d scaled = _mm256_mul_pd(extent, _mm256_cvtps_pd(value));
  const __m256d shifted = _mm256_add_pd(_mm256_add_pd(origin, scaled), _mm256_set1_pd(0.5));
  return _mm256_cvttpd_epi32(_mm256_floor_pd(shifted));
}

struct Anchors {
  __m256 x, y;
};

// At most eight points, looked up by permutation.
struct ShapeInRegisters {
  __m256 x, y;

  explicit ShapeInRegisters(const float* shape) {
    const __m256 first = _mm256_loadu_ps(shape), second = _mm256_loadu_ps(shape + 8);
    const __m256i order = _mm256_setr_epi32(0, 1, 4, 5, 2, 3, 6, 7);
    x = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0)), order);
    y = _mm256_permutevar8x32_ps(_mm256_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1)), order);
  }
  Anchors at(const std::int32_t* anchor) const {
    const __m256i index = _mm256_load_si256(reinterpret_cast<const __m256i*>(anchor));
    return {_mm256_permutevar8x32_ps(x, index), _mm256_permutevar8x32_ps(y, index)};
  }
};

struct ShapeInMemory {
  const float* shape;

  // x0 y0 of two shape points.
  __m128 two(const std::int32_t* anchor) const {
    const auto* first = reinterpret_cast<const double*>(shape + 2 * anchor[0]);
    const auto* second = reinterpret_cast<const double*>(shape + 2 * anchor[1]);
    return _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(first), second));
  }
  Anchors at(const std::int32_t* anchor) const {
    const __m256 even = _mm256_set_m128(two(anchor + 4), two(anchor));
    const __m256 odd = _mm256_set_m128(two(anchor + 6), two(anchor + 2));
    return {_mm256_shuffle_ps(even, odd, _MM_SHUFFLE(2, 0, 2, 0)),
            _mm256_shuffle_ps(even, odd, _MM_SHUFFLE(3, 1, 3, 1))};
  }
};

// Eight pixel positions, floor(origin + extent * value + 0.5), in double precision. What does not
// fit an integer, or is no number, becomes the lowest one.
struct AnyRegion {
  __m256d left, top, extent_x, extent_y;

  explicit AnyRegion(const SampledImage& image)
      : left(_mm256_set1_pd(image.left)),
        top(_mm256_set1_pd(image.top)),
        extent_x(_mm256_set1_pd(image.extent_x)),
        extent_y(_mm256_set1_pd(image.extent_y)) {}

  static __m256i positions(__m256 value, __m256d origin, __m256d extent) {
    return _mm256_set_m128i(pixel_position(_mm256_extractf128_ps(value, 1), origin, extent),
                            pixel_position(_mm256_castps256_ps128(value), origin, extent));
  }
  __m256i columns(__m256 x) const { return positions(x, left, extent_x); }
  __m256i rows(__m256 y) const { return positions(y, top, extent_y); }
};

// The same integers in single precision, for a region at the origin whose extents are floats (our
// patches): floor(v + 0.5) = (floor(2 v) + 1) >> 1. A product that was rounded up to a whole number
// has a floor one too large: then its rest, which is exact, is negative.
struct RegionAtOrigin {
  __m256 twice_x, twice_y;

  explicit RegionAtOrigin(const SampledImage& image)
      : twice_x(_mm256_set1_ps(2.0f * static_cast<float>(image.extent_x))),
        twice_y(_mm256_set1_ps(2.0f * static_cast<float>(image.extent_y))) {}
  static bool covers(const SampledImage& image) {
    const auto is_exact = [](double extent) {
      return extent >= 1.0 && extent < 65536.0 &&
             static_cast<double>(static_cast<float>(extent)) == extent;
    };
    return image.left == 0.0 && image.top == 0.0 && is_exact(image.extent_x) &&
           is_exact(image.extent_y);
  }

  static __m256i positions(__m256 value, __m256 twice_extent) {
    const __m256 twice = _mm256_mul_ps(value, twice_extent);
    const __m256 rest = _mm256_fmsub_ps(value, twice_extent, twice);
    const __m256 floor = _mm256_floor_ps(twice);
    const __m256 is_too_large = _mm256_and_ps(_mm256_cmp_ps(floor, twice, _CMP_EQ_OQ),
                                              _mm256_cmp_ps(rest, _mm256_setzero_ps(), _CMP_LT_OQ));
    const __m256i halves =
        _mm256_add_epi32(_mm256_cvttps_epi32(floor), _mm256_castps_si256(is_too_large));
    return _mm256_srai_epi32(_mm256_add_epi32(halves, _mm256_set1_epi32(1)), 1);
  }
  __m256i columns(__m256 x) const { return positions(x, twice_x); }
  __m256i rows(__m256 y) const { return positions(y, twice_y); }
};

// All ones where 0 <= value <= last.
__m256i is_inside(__m256i value, __m256i last) {
  return _mm256_cmpeq_epi32(_mm256_min_epu32(value, last), value);
}

__m128i load_eight(const std::uint8_t* pixels, const std::uint32_t* offset) {
  __m128i eight = _mm_cvtsi32_si128(pixels[offset[0]]);
  eight = _mm_insert_epi8(eight, pixels[offset[1]], 1);
  eight = _mm_insert_epi8(eight, pixels[offset[2]], 2);
  eight = _mm_insert_epi8(eight, pixels[offset[3]], 3);
  eight = _mm_insert_epi8(eight, pixels[offset[4]], 4);
  eight = _mm_insert_epi8(eight, pixels[offset[5]], 5);
  eight = _mm_insert_epi8(eight, pixels[offset[6]], 6);
  return _mm_insert_epi8(eight, pixels[offset[7]], 7);
}

template <class Shape, class Region>
void sample_around(const SampledImage& image,
                   const FeatureTable& features,
                   const Shape& shape,
                   const Region& region,
                   float a,
                   float b,
                   std::uint8_t* values) {
  const __m256 turn_a = _mm256_set1_ps(a);
  const __m256 turn_b = _mm256_set1_ps(b);
  const __m256i last_column = _mm256_set1_epi32(image.width - 1);
  const __m256i last_row = _mm256_set1_epi32(image.height - 1);
  const __m256i stride = _mm256_set1_epi32(static_cast<int>(image.stride));
  for (int i = 0; i < features.count; i += 8) {
    const Anchors anchor = shape.at(features.anchor + i);
    const __m256 dx = _mm256_load_ps(features.dx + i);
    const __m256 dy = _mm256_load_ps(features.dy + i);
    const __m256 turned_x = _mm256_sub_ps(_mm256_mul_ps(turn_a, dx), _mm256_mul_ps(turn_b, dy));
    const __m256 turned_y = _mm256_add_ps(_mm256_mul_ps(turn_b, dx), _mm256_mul_ps(turn_a, dy));
    const __m256i column = region.columns(_mm256_add_ps(turned_x, anchor.x));
    const __m256i row = region.rows(_mm256_add_ps(turned_y, anchor.y));
    const __m256i inside =
        _mm256_and_si256(is_inside(column, last_column), is_inside(row, last_row));
    // Outside, the first pixel is read and its value dropped.
    alignas(32) std::uint32_t offset[8];
    const __m256i position = _mm256_add_epi32(_mm256_mullo_epi32(row, stride), column);
    _mm256_store_si256(reinterpret_cast<__m256i*>(offset), _mm256_and_si256(position, inside));
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(inside), _mm256_extracti128_si256(inside, 1));
    const __m128i pixels =
        _mm_and_si128(load_eight(image.pixels, offset), _mm_packs_epi16(words, words));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(values + i), pixels);
  }
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

__m256 plus_scaled(__m256 sum, const std::int32_t* integers, float scale) {
  const auto* p = reinterpret_cast<const __m256i*>(integers);
  const __m256 floats = _mm256_cvtepi32_ps(_mm256_loadu_si256(p));
  return _mm256_add_ps(sum, _mm256_mul_ps(_mm256_set1_ps(scale), floats));
}

#include "eyelid/kernels/tree_ensemble/leaf_rows.inc"

using I16Sums = __m256i;
I16Sums plus_steps(I16Sums sum, const std::byte* steps) {
  const __m128i row = _mm_load_si128(reinterpret_cast<const __m128i*>(steps));
  return _mm256_add_epi32(sum, _mm256_cvtepi16_epi32(row));
}
I16Sums no_sums() { return _mm256_setzero_si256(); }
void store_sums(std::int32_t* target, I16Sums sums) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(target), sums);
}

#include "eyelid/kernels/tree_ensemble/i16_rows.inc"

#include "eyelid/kernels/tree_ensemble/leaf_entries.inc"

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  const bool is_patch = RegionAtOrigin::covers(image);
  if (features.points <= 8 && is_patch) {
    const ShapeInRegisters held(shape);
    sample_around(image, features, held, RegionAtOrigin(image), a, b, values);
  } else if (features.points <= 8) {
    sample_around(image, features, ShapeInRegisters(shape), AnyRegion(image), a, b, values);
  } else if (is_patch) {
    sample_around(image, features, ShapeInMemory{shape}, RegionAtOrigin(image), a, b, values);
  } else {
    sample_around(image, features, ShapeInMemory{shape}, AnyRegion(image), a, b, values);
  }
}

}  // namespace eyelid::kernels::avx2
