// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels::avx2 {
namespace {

__m256i load(const std::uint8_t* source) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(source));
}
__m256i load_wide(const std::uint8_t* source) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(source)));
}
void store(std::int16_t* target, __m256i values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(target), values);
}

/// Two neighboring weights in every 32-bit lane, as madd wants them.
__m256i load_weight_pair(const std::int16_t* weights) {
  return _mm256_set1_epi32(static_cast<std::uint16_t>(weights[0]) |
                           static_cast<std::int32_t>(weights[1]) * 65536);
}

/// The rows below are wanted next, from beyond the caches: they are fetched while these are summed.
void fetch_below(const std::uint8_t* source,
                 std::ptrdiff_t stride,
                 std::ptrdiff_t row_count,
                 std::ptrdiff_t x) {
  if (x % 64 != 0) return;
  const std::uint8_t* below = source + row_count * stride + x;
  for (std::ptrdiff_t k = 0; k < row_count; k++) __builtin_prefetch(below + k * stride);
}

void weigh_rows_any(const std::uint8_t* source,
                    std::ptrdiff_t stride,
                    const std::int16_t* weights,
                    std::ptrdiff_t row_count,
                    std::ptrdiff_t width,
                    std::int16_t* column) {
  const __m256i half = _mm256_set1_epi32(64);
  for (std::ptrdiff_t x = 0; x < width; x += kResizeBlock) {
    fetch_below(source, stride, row_count, x);
    __m256i low0 = half, high0 = half, low1 = half, high1 = half;
    for (std::ptrdiff_t k = 0; k < row_count; k += 2) {
      const std::uint8_t* upper = source + k * stride + x;
      const std::uint8_t* lower = k + 1 < row_count ? upper + stride : upper;
      const __m256i weight = load_weight_pair(weights + k);
      const __m256i u0 = load_wide(upper), l0 = load_wide(lower);
      const __m256i u1 = load_wide(upper + 16), l1 = load_wide(lower + 16);
      low0 = _mm256_add_epi32(low0, _mm256_madd_epi16(_mm256_unpacklo_epi16(u0, l0), weight));
      high0 = _mm256_add_epi32(high0, _mm256_madd_epi16(_mm256_unpackhi_epi16(u0, l0), weight));
      low1 = _mm256_add_epi32(low1, _mm256_madd_epi16(_mm256_unpacklo_epi16(u1, l1), weight));
      high1 = _mm256_add_epi32(high1, _mm256_madd_epi16(_mm256_unpackhi_epi16(u1, l1), weight));
    }
    // unpack and packs both work within 128-bit halves, so the pixels come back in order.
    store(column + x, _mm256_packs_epi32(_mm256_srai_epi32(low0, 7), _mm256_srai_epi32(high0, 7)));
    store(column + x + 16,
          _mm256_packs_epi32(_mm256_srai_epi32(low1, 7), _mm256_srai_epi32(high1, 7)));
  }
}

/// Weights as 64 coarse + fine, -32 <= fine < 32, in pairs of bytes. Then
///   sum + 64 >> 7  =  (sum of coarse terms) + ((sum of fine terms) + 64 >> 6) >> 1
/// in 16 bits, exact: what stands before the last shift is at most 65281, so the sum of coarse
/// terms may pass 2^16 on the way.
struct ByteWeights {
  static constexpr int kMostPairs = 12;
  int pairs = 0;
  std::int16_t coarse[kMostPairs];  // of the upper row in the lower byte
  std::int16_t fine[kMostPairs];

  /// Whether no sum of maddubs passes 2^15. So it is for all rows of 640x480, 800x600, 1024x768 and
  /// 1920x1080 on 128x128.
  bool take(const std::int16_t* weights, std::ptrdiff_t row_count) {
    if (row_count > 2 * kMostPairs) return false;
    constexpr int kMostSum = 128;  // times 255 and the 64 that rounds
    int positive = 0, negative = 0;
    const auto count_fine = [&](int f) { (f < 0 ? negative : positive) += f; };
    for (std::ptrdiff_t k = 0; k < row_count; k += 2) {
      const int c0 = (weights[k] + 32) >> 6, c1 = (weights[k + 1] + 32) >> 6;
      const int f0 = weights[k] - 64 * c0, f1 = weights[k + 1] - 64 * c1;
      if (c0 + c1 > kMostSum || c0 > 127 || c1 > 127) return false;
      count_fine(f0);
      count_fine(f1);
      coarse[pairs] = static_cast<std::int16_t>(c0 | c1 * 256);
      fine[pairs] = static_cast<std::int16_t>((f0 & 255) | f1 * 256);
      pairs++;
    }
    return positive <= kMostSum && -negative <= kMostSum;
  }
};

}  // namespace

void weigh_rows(const std::uint8_t* source,
                std::ptrdiff_t stride,
                const std::int16_t* weights,
                std::ptrdiff_t row_count,
                std::ptrdiff_t width,
                std::int16_t* column) {
  ByteWeights bytes;
  if (!bytes.take(weights, row_count)) {
    return weigh_rows_any(source, stride, weights, row_count, width, column);
  }
  for (std::ptrdiff_t x = 0; x < width; x += kResizeBlock) {
    fetch_below(source, stride, row_count, x);
    const __m256i zero = _mm256_setzero_si256(), half = _mm256_set1_epi16(64);
    __m256i coarse_low = zero, coarse_high = zero, fine_low = half, fine_high = half;
    const std::uint8_t* upper = source + x;
    for (int i = 0; i < bytes.pairs; i++, upper += 2 * stride) {
      // An odd last row stands for the one below it, whose weight is 0.
      const __m256i u = load(upper);
      const __m256i l = 2 * i + 1 < row_count ? load(upper + stride) : u;
      const __m256i low = _mm256_unpacklo_epi8(u, l), high = _mm256_unpackhi_epi8(u, l);
      const __m256i coarse = _mm256_set1_epi16(bytes.coarse[i]);
      const __m256i fine = _mm256_set1_epi16(bytes.fine[i]);
      coarse_low = _mm256_add_epi16(coarse_low, _mm256_maddubs_epi16(low, coarse));
      coarse_high = _mm256_add_epi16(coarse_high, _mm256_maddubs_epi16(high, coarse));
      fine_low = _mm256_add_epi16(fine_low, _mm256_maddubs_epi16(low, fine));
      fine_high = _mm256_add_epi16(fine_high, _mm256_maddubs_epi16(high, fine));
    }
    const __m256i low =
        _mm256_srli_epi16(_mm256_add_epi16(coarse_low, _mm256_srai_epi16(fine_low, 6)), 1);
    const __m256i high =
        _mm256_srli_epi16(_mm256_add_epi16(coarse_high, _mm256_srai_epi16(fine_high, 6)), 1);
    // unpack has left pixels 0 .. 7 and 16 .. 23 in one, the others in the other.
    store(column + x, _mm256_permute2x128_si256(low, high, 0x20));
    store(column + x + 16, _mm256_permute2x128_si256(low, high, 0x31));
  }
}

namespace {

/// Taps of two targets side by side.
__m256i load_two(const std::int16_t* first, const std::int16_t* second) {
  return _mm256_set_m128i(_mm_loadu_si128(reinterpret_cast<const __m128i*>(second)),
                          _mm_loadu_si128(reinterpret_cast<const __m128i*>(first)));
}

/// Targets i .. i + 2 pairs - 1, pairs 2 or 4, as 2 pairs bytes.
template <int pairs>
__m128i weigh_targets(const std::int16_t* column,
                      const std::int32_t* first,
                      const std::int16_t* weights,
                      std::ptrdiff_t tap_count) {
  __m256i sums[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; j++) {
    sums[j] = _mm256_setzero_si256();
    if (j >= pairs) continue;
    for (std::ptrdiff_t k = 0; k < tap_count; k += kResizeTapGroup) {
      const std::int16_t* factors = weights + 2 * j * tap_count + k;
      sums[j] = _mm256_add_epi32(
          sums[j],
          _mm256_madd_epi16(load_two(column + first[2 * j] + k, column + first[2 * j + 1] + k),
                            load_two(factors, factors + tap_count)));
    }
  }
  // Targets 0, 2, 4, 6 and 1, 3, 5, 7.
  const __m256i sum =
      _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
  const __m256i pixels = _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << 20)), 21);
  const __m128i words =
      _mm_packus_epi32(_mm256_castsi256_si128(pixels), _mm256_extracti128_si256(pixels, 1));
  const __m128i in_order = _mm_setr_epi8(0, 8, 2, 10, 4, 12, 6, 14, -1, -1, -1, -1, -1, -1, -1, -1);
  return _mm_shuffle_epi8(words, in_order);
}

}  // namespace

void weigh_columns(const std::int16_t* column,
                   const std::int32_t* first,
                   const std::int16_t* weights,
                   std::ptrdiff_t tap_count,
                   std::ptrdiff_t target_width,
                   std::uint8_t* target) {
  std::ptrdiff_t i = 0;
  for (; i + 8 <= target_width; i += 8) {
    const __m128i eight = weigh_targets<4>(column, first + i, weights + i * tap_count, tap_count);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(target + i), eight);
  }
  if (i < target_width) {
    const __m128i four = weigh_targets<2>(column, first + i, weights + i * tap_count, tap_count);
    _mm_storeu_si32(target + i, four);
  }
}

}  // namespace eyelid::kernels::avx2
