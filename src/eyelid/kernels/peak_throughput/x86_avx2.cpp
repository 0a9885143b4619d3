// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

namespace eyelid::kernels::avx2 {
namespace {

using Sums = __m256;
struct Terms {
  __m256 factor, term;
};
[[gnu::always_inline]] inline Terms terms() { return {_mm256_set1_ps(0.5f), _mm256_set1_ps(1.0f)}; }
[[gnu::always_inline]] inline Sums start(int i) { return _mm256_set1_ps(static_cast<float>(i)); }
[[gnu::always_inline]] inline Sums next(Sums sums, Terms terms) {
  return _mm256_fmadd_ps(sums, terms.factor, terms.term);
}
[[gnu::always_inline]] inline Sums add(Sums a, Sums b) { return _mm256_add_ps(a, b); }
[[gnu::always_inline]] inline float first_lane(Sums sums) { return _mm256_cvtss_f32(sums); }

}  // namespace

#include "eyelid/kernels/peak_throughput/chains.inc"

}  // namespace eyelid::kernels::avx2
