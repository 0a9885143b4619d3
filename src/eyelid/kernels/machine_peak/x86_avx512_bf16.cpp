// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/machine_peak/machine_peak.hpp"

namespace eyelid::kernels::avx512_bf16 {

double dot_chains(long rounds) {
  __m512 sums[kFmaChains];
#pragma GCC unroll 12
  for (int i = 0; i < kFmaChains; i++) sums[i] = _mm512_setzero_ps();
  const __m512bh ones = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1.0f), _mm512_set1_ps(1.0f));
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kFmaChains; i++) {
      sums[i] = _mm512_dpbf16_ps(sums[i], ones, ones);
      asm volatile("" : "+v"(sums[i]));  // keeps the chain as it is written
    }
  }
  __m512 total = sums[0];
#pragma GCC unroll 12
  for (int i = 1; i < kFmaChains; i++) total = _mm512_add_ps(total, sums[i]);
  alignas(64) float lanes[sizeof total / sizeof(float)];
  _mm512_store_ps(lanes, total);
  return static_cast<double>(lanes[0]);
}

}  // namespace eyelid::kernels::avx512_bf16
