// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

namespace eyelid::kernels::avx512_bf16 {
namespace {

using Sums = __m512;
using Terms = __m512bh;
[[gnu::always_inline]] inline Sums start(int) { return _mm512_setzero_ps(); }
[[gnu::always_inline]] inline Terms terms() {
  return _mm512_cvtne2ps_pbh(_mm512_set1_ps(1.0f), _mm512_set1_ps(1.0f));
}
[[gnu::always_inline]] inline Sums next(Sums sums, Terms ones) {
  return _mm512_dpbf16_ps(sums, ones, ones);
}
[[gnu::always_inline]] inline Sums add(Sums a, Sums b) { return _mm512_add_ps(a, b); }
[[gnu::always_inline]] inline float first_lane(Sums sums) { return _mm512_cvtss_f32(sums); }

}  // namespace

#include "eyelid/kernels/peak_throughput/chains.inc"

}  // namespace eyelid::kernels::avx512_bf16
