// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

namespace eyelid::kernels::avx2 {
namespace {

using Vector = __m256;
[[gnu::always_inline]] inline Vector all(float value) { return _mm256_set1_ps(value); }
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector c) {
  return _mm256_fmadd_ps(a, b, c);
}
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
[[gnu::always_inline]] inline float first_lane(Vector v) { return _mm256_cvtss_f32(v); }

}  // namespace

#include "eyelid/kernels/peak_throughput/fma_chains.inc"

}  // namespace eyelid::kernels::avx2
