// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/machine_peak/machine_peak.hpp"

namespace eyelid::kernels::avx2 {

double fma_chains(long rounds) {
  __m256 sums[kFmaChains];
#pragma GCC unroll 12
  for (int i = 0; i < kFmaChains; i++) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 factor = _mm256_set1_ps(0.5f), term = _mm256_set1_ps(1.0f);
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 12
    for (int i = 0; i < kFmaChains; i++) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, term);
      asm volatile("" : "+x"(sums[i]));  // keeps the chain as it is written
    }
  }
  __m256 total = sums[0];
#pragma GCC unroll 12
  for (int i = 1; i < kFmaChains; i++) total = _mm256_add_ps(total, sums[i]);
  alignas(64) float lanes[sizeof total / sizeof(float)];
  _mm256_store_ps(lanes, total);
  return static_cast<double>(lanes[0]);
}

}  // namespace eyelid::kernels::avx2
