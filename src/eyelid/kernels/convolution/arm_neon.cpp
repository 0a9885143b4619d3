// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels::neon {
namespace {

// The 32 registers: 24 accumulators (8 channels x 3 vectors of 4 positions), 3 of pixels, 2 of
// weights.
constexpr int kLanes = 4;
template <int vectors>
constexpr int kTileChannels = 8;
constexpr bool kKeepsTaps = false;
using Vector = float32x4_t;

[[gnu::always_inline]] inline Vector load(const float* source) { return vld1q_f32(source); }
[[gnu::always_inline]] inline Vector in_register(Vector v) { return v; }
[[gnu::always_inline]] inline void store(float* target, Vector v) { vst1q_f32(target, v); }
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  return vld1q_dup_f32(source);
}
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return vfmaq_f32(sum, a, b);
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) { return vmaxq_f32(a, b); }
[[gnu::always_inline]] inline Vector prelu(Vector value, Vector slope) {
  return vbslq_f32(vcltzq_f32(value), vmulq_f32(value, slope), value);
}

// Multiply-adds take a weight out of a lane.
struct GroupWeights {
  float32x4_t low;
  float32x4_t high;
};
[[gnu::always_inline]] inline GroupWeights weights_of(const float* weights) {
  return {vld1q_f32(weights), vld1q_f32(weights + 4)};
}
[[gnu::always_inline]] inline Vector weight(GroupWeights group, int o) {
  return vdupq_n_f32(o < 4 ? group.low[o] : group.high[o - 4]);
}

#include "eyelid/kernels/convolution/planes.inc"

#include "eyelid/kernels/convolution/pool_planes.inc"

#include "eyelid/kernels/convolution/entries.inc"

}  // namespace eyelid::kernels::neon
