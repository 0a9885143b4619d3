// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels::avx512 {
namespace {

__m256i pixel_position(__m256 value, __m512d origin, __m512d extent) {
  const __m512d scaled = _mm512_mul_pd(extent, _mm512_cvtps_pd(value));
  const __m512d shifted = _mm512_add_pd(_mm512_add_pd(origin, scaled), _mm512_set1_pd(0.5));
  return _mm512_cvt_roundpd_epi32(shifted, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}

struct Anchors {
  __m512 x, y;
};

// At most sixteen points, looked up by permutation.
struct ShapeInRegisters {
  __m512 x, y;

  ShapeInRegisters(const float* shape, int points) {
    const __m512 first = _mm512_loadu_ps(shape);
    const __m512 second = points > 8 ? _mm512_loadu_ps(shape + 16) : first;
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    x = _mm512_permutex2var_ps(first, even, second);
    y = _mm512_permutex2var_ps(first, odd, second);
  }
  Anchors at(const std::int32_t* anchor) const {
    const __m512i index = _mm512_load_si512(anchor);
    return {_mm512_permutexvar_ps(index, x), _mm512_permutexvar_ps(index, y)};
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
    __m512 even = _mm512_castps128_ps512(two(anchor));
    even = _mm512_insertf32x4(even, two(anchor + 4), 1);
    even = _mm512_insertf32x4(even, two(anchor + 8), 2);
    even = _mm512_insertf32x4(even, two(anchor + 12), 3);
    __m512 odd = _mm512_castps128_ps512(two(anchor + 2));
    odd = _mm512_insertf32x4(odd, two(anchor + 6), 1);
    odd = _mm512_insertf32x4(odd, two(anchor + 10), 2);
    odd = _mm512_insertf32x4(odd, two(anchor + 14), 3);
    return {_mm512_shuffle_ps(even, odd, _MM_SHUFFLE(2, 0, 2, 0)),
            _mm512_shuffle_ps(even, odd, _MM_SHUFFLE(3, 1, 3, 1))};
  }
};

// Sixteen pixel positions, floor(origin + extent * value + 0.5), in double precision.
struct AnyRegion {
  __m512d left, top, extent_x, extent_y;

  explicit AnyRegion(const SampledImage& image)
      : left(_mm512_set1_pd(image.left)),
        top(_mm512_set1_pd(image.top)),
        extent_x(_mm512_set1_pd(image.extent_x)),
        extent_y(_mm512_set1_pd(image.extent_y)) {}

  static __m512i positions(__m512 value, __m512d origin, __m512d extent) {
    const __m256i low = pixel_position(_mm512_castps512_ps256(value), origin, extent);
    const __m256i high = pixel_position(_mm512_extractf32x8_ps(value, 1), origin, extent);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
  }
  __m512i columns(__m512 x) const { return positions(x, left, extent_x); }
  __m512i rows(__m512 y) const { return positions(y, top, extent_y); }
};

// The same integers in single precision, for a region at the origin whose extents are floats (our
// patches): floor(v + 0.5) = (floor(2 v) + 1) >> 1, and a product rounded down has the floor of the
// exact one, because every integer that matters is a float.
struct RegionAtOrigin {
  __m512 twice_x, twice_y;

  explicit RegionAtOrigin(const SampledImage& image)
      : twice_x(_mm512_set1_ps(2.0f * static_cast<float>(image.extent_x))),
        twice_y(_mm512_set1_ps(2.0f * static_cast<float>(image.extent_y))) {}
  static bool covers(const SampledImage& image) {
    const auto is_exact = [](double extent) {
      return extent > 0.0 && extent < 65536.0 &&
             static_cast<double>(static_cast<float>(extent)) == extent;
    };
    return image.left == 0.0 && image.top == 0.0 && is_exact(image.extent_x) &&
           is_exact(image.extent_y);
  }

  static __m512i positions(__m512 value, __m512 twice_extent) {
    const __m512 twice =
        _mm512_mul_round_ps(value, twice_extent, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    const __m512i halves =
        _mm512_cvt_roundps_epi32(twice, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    return _mm512_srai_epi32(_mm512_add_epi32(halves, _mm512_set1_epi32(1)), 1);
  }
  __m512i columns(__m512 x) const { return positions(x, twice_x); }
  __m512i rows(__m512 y) const { return positions(y, twice_y); }
};

// Inserting bytes takes three quarters of the time of sixteen stores (Zen 4), and no more than a
// gather.
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
  const __m512 turn_a = _mm512_set1_ps(a);
  const __m512 turn_b = _mm512_set1_ps(b);
  const __m512i width = _mm512_set1_epi32(image.width);
  const __m512i height = _mm512_set1_epi32(image.height);
  const __m512i stride = _mm512_set1_epi32(static_cast<int>(image.stride));
  for (int i = 0; i < features.count; i += 16) {
    const Anchors anchor = shape.at(features.anchor + i);
    const __m512 dx = _mm512_load_ps(features.dx + i);
    const __m512 dy = _mm512_load_ps(features.dy + i);
    const __m512 turned_x = _mm512_sub_ps(_mm512_mul_ps(turn_a, dx), _mm512_mul_ps(turn_b, dy));
    const __m512 turned_y = _mm512_add_ps(_mm512_mul_ps(turn_b, dx), _mm512_mul_ps(turn_a, dy));
    const __m512i column = region.columns(_mm512_add_ps(turned_x, anchor.x));
    const __m512i row = region.rows(_mm512_add_ps(turned_y, anchor.y));
    const __mmask16 inside = static_cast<__mmask16>(_mm512_cmplt_epu32_mask(column, width) &
                                                    _mm512_cmplt_epu32_mask(row, height));
    // Outside, the first pixel is read and its value dropped.
    alignas(64) std::uint32_t offset[16];
    const __m512i position = _mm512_add_epi32(_mm512_mullo_epi32(row, stride), column);
    _mm512_store_si512(offset, _mm512_maskz_mov_epi32(inside, position));
    const __m128i pixels =
        _mm_unpacklo_epi64(load_eight(image.pixels, offset), load_eight(image.pixels, offset + 8));
    _mm_store_si128(reinterpret_cast<__m128i*>(values + i), _mm_maskz_mov_epi8(inside, pixels));
  }
}

constexpr int kLanes = 16;
constexpr int kBlockTrees = 0;
using Lanes = __mmask16;
constexpr Lanes first_lanes(int count) {
  return static_cast<Lanes>(count < kLanes ? 0x00ff : 0xffff);  // rows end at multiples of 8
}

struct F32 {
  using Sum = float;
  static __m512 load_sum(const float* sum) { return _mm512_loadu_ps(sum); }
  static __m512 add(__m512 sum, const std::byte* row, std::size_t i, Lanes lanes) {
    const auto* p = reinterpret_cast<const float*>(row) + 16 * i;
    return _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, p));
  }
  static void store_sum(float* sum, __m512 value) { _mm512_storeu_ps(sum, value); }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 32; }
};

struct F16 : F32 {
  static __m512 add(__m512 sum, const std::byte* row, std::size_t i, Lanes lanes) {
    const auto* p = reinterpret_cast<const std::uint16_t*>(row) + 16 * i;
    return _mm512_add_ps(sum, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p)));
  }
  static std::size_t row_bytes(int values) { return static_cast<std::size_t>(values + 7) / 8 * 16; }
};

__m512 plus_scaled(__m512 sum, const std::int32_t* integers, float scale) {
  const __m512 floats = _mm512_cvtepi32_ps(_mm512_load_si512(integers));
  return _mm512_add_ps(sum, _mm512_mul_ps(_mm512_set1_ps(scale), floats));
}

#include "eyelid/kernels/tree_ensemble/leaf_rows.inc"

using I16Sums = __m512i;
I16Sums plus_steps(I16Sums sum, const std::byte* steps) {
  const __m256i row = _mm256_load_si256(reinterpret_cast<const __m256i*>(steps));
  return _mm512_add_epi32(sum, _mm512_cvtepi16_epi32(row));
}
I16Sums no_sums() { return _mm512_setzero_si512(); }
void store_sums(std::int32_t* target, I16Sums sums) { _mm512_store_si512(target, sums); }

#include "eyelid/kernels/tree_ensemble/i16_rows.inc"

#include "eyelid/kernels/tree_ensemble/leaf_entries.inc"

void sample_features(const SampledImage& image,
                     const FeatureTable& features,
                     const float* shape,
                     float a,
                     float b,
                     std::uint8_t* values) {
  const bool is_patch = RegionAtOrigin::covers(image);
  if (features.points <= 16 && is_patch) {
    const ShapeInRegisters held(shape, features.points);
    sample_around(image, features, held, RegionAtOrigin(image), a, b, values);
  } else if (features.points <= 16) {
    const ShapeInRegisters held(shape, features.points);
    sample_around(image, features, held, AnyRegion(image), a, b, values);
  } else if (is_patch) {
    sample_around(image, features, ShapeInMemory{shape}, RegionAtOrigin(image), a, b, values);
  } else {
    sample_around(image, features, ShapeInMemory{shape}, AnyRegion(image), a, b, values);
  }
}

}  // namespace eyelid::kernels::avx512
