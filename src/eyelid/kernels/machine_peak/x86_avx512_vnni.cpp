// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/machine_peak/machine_peak.hpp"

namespace eyelid::kernels::avx512_vnni {

double dot_chains(long rounds) {
  __m512i sums[kFmaChains];
#pragma GCC unroll 12
  for (int i = 0; i < kFmaChains; i++) sums[i] = _mm512_setzero_si512();
  const __m512i ones = _mm512_set1_epi8(1);
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kFmaChains; i++) {
      sums[i] = _mm512_dpbusd_epi32(sums[i], ones, ones);
      asm volatile("" : "+v"(sums[i]));  // keeps the chain as it is written
    }
  }
  __m512i total = sums[0];
#pragma GCC unroll 12
  for (int i = 1; i < kFmaChains; i++) total = _mm512_add_epi32(total, sums[i]);
  return static_cast<double>(_mm_cvtsi128_si32(_mm512_castsi512_si128(total)));
}

}  // namespace eyelid::kernels::avx512_vnni
