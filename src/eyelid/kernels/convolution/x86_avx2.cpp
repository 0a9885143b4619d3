// SPDX-License-Identifier: MIT
#include <immintrin.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::avx2 {
namespace {

// The 16 registers: 12 accumulators (4 channels x 3 vectors of 8 positions), 3 of pixels, 1 weight;
// 8 channels x 1 still hide the latency of the multiply-add. A quarter of the gray taps would fit.
constexpr int kLanes = 8;
template <int vectors>
constexpr int kTileChannels = vectors == 1 ? 8 : 4;
constexpr bool kKeepsTaps = false;
using Vector = __m256;

[[gnu::always_inline]] inline Vector load(const float* source) { return _mm256_loadu_ps(source); }
[[gnu::always_inline]] inline Vector in_register(Vector v) {
  // Pixels lie anywhere: to read them again costs more than the one load that g++ thereby saves.
  asm("" : "+x"(v));
  return v;
}
[[gnu::always_inline]] inline void store(float* target, Vector v) { _mm256_storeu_ps(target, v); }
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  return _mm256_broadcast_ss(source);
}
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return _mm256_fmadd_ps(a, b, sum);
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return _mm256_max_ps(a, b); }
[[gnu::always_inline]] inline Vector prelu(Vector value, Vector slope) {
  // The sign bit chooses: -0 times a slope is a zero as well.
  return _mm256_blendv_ps(value, _mm256_mul_ps(value, slope), value);
}

// A weight is read where it is needed.
using GroupWeights = const float*;
[[gnu::always_inline]] inline GroupWeights weights_of(const float* weights) { return weights; }
[[gnu::always_inline]] inline Vector weight(GroupWeights group, int o) {
  return broadcast(group + o);
}

#include "eyelid/kernels/convolution/planes.inc"

#include "eyelid/kernels/convolution/pool_planes.inc"

#include "eyelid/kernels/convolution/entries.inc"

}  // namespace eyelid::kernels::avx2
