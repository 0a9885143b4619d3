// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/peak_throughput/peak_throughput.hpp"

namespace eyelid::kernels::avx512_vnni {
namespace {

using Sums = __m512i;
using Terms = __m512i;
[[gnu::always_inline]] inline Sums start(int) { return _mm512_setzero_si512(); }
[[gnu::always_inline]] inline Terms terms() { return _mm512_set1_epi8(1); }
[[gnu::always_inline]] inline Sums next(Sums sums, Terms ones) {
  return _mm512_dpbusd_epi32(sums, ones, ones);
}
[[gnu::always_inline]] inline Sums add(Sums a, Sums b) { return _mm512_add_epi32(a, b); }
[[gnu::always_inline]] inline int first_lane(Sums sums) {
  return _mm_cvtsi128_si32(_mm512_castsi512_si128(sums));
}

}  // namespace

#include "eyelid/kernels/peak_throughput/chains.inc"

}  // namespace eyelid::kernels::avx512_vnni
