// SPDX-License-Identifier: MIT
#include <arm_neon.h>

#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels::neon {
namespace {

// The 32 registers: 24 accumulators (6 channels x 16 pixels), 4 of pixels, weights.
// Two registers are handled as one vector of 8 pixels, as wide as the narrowest map.
constexpr int kLanes = 8;

struct Vector {
  float32x4_t low;
  float32x4_t high;
};

[[gnu::always_inline]] inline Vector load(const float* source) {
  return {vld1q_f32(source), vld1q_f32(source + 4)};
}
[[gnu::always_inline]] inline void store(float* target, Vector v) {
  vst1q_f32(target, v.low);
  vst1q_f32(target + 4, v.high);
}
[[gnu::always_inline]] inline Vector broadcast(const float* source) {
  const float32x4_t v = vld1q_dup_f32(source);
  return {v, v};
}
[[gnu::always_inline]] inline Vector zeros() { return {vdupq_n_f32(0.0f), vdupq_n_f32(0.0f)}; }
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) {
  return {vaddq_f32(a.low, b.low), vaddq_f32(a.high, b.high)};
}
[[gnu::always_inline]] inline Vector larger(Vector a, Vector b) {
  return {vmaxq_f32(a.low, b.low), vmaxq_f32(a.high, b.high)};
}
[[gnu::always_inline]] inline Vector multiply_add(Vector a, Vector b, Vector sum) {
  return {vfmaq_f32(sum.low, a.low, b.low), vfmaq_f32(sum.high, a.high, b.high)};
}
[[gnu::always_inline]] inline Vector held(Vector v) { return v; }
[[gnu::always_inline]] inline Vector without_first(Vector v) {
  return {vsetq_lane_f32(0.0f, v.low, 0), v.high};
}
[[gnu::always_inline]] inline Vector without_last(Vector v) {
  return {v.low, vsetq_lane_f32(0.0f, v.high, 3)};
}

struct Halves {
  Vector even;
  Vector odd;
};
[[gnu::always_inline]] inline Halves load_halves(const float* source) {
  const float32x4x2_t low = vld2q_f32(source), high = vld2q_f32(source + 8);
  return {{low.val[0], high.val[0]}, {low.val[1], high.val[1]}};
}
[[gnu::always_inline]] inline Vector in_order(Vector v) { return v; }

/// Normalizes a row of the picture: even[i + 1] = pixel 2 i + 1, odd[i] = pixel 2 i.
void split_row(
    const std::uint8_t* pixels, int width, const BlazeStem& stem, float* even, float* odd) {
  for (int i = 0; i < width; i++) {
    // Multiplied, then added: fused it would differ from the other instruction sets.
    odd[i] = static_cast<float>(pixels[2 * i]) * stem.scale + stem.offset;
    even[i + 1] = static_cast<float>(pixels[2 * i + 1]) * stem.scale + stem.offset;
  }
}

#include "eyelid/kernels/blazeface/channel_groups.inc"

#include "eyelid/kernels/blazeface/pairs_pointwise.inc"

#include "eyelid/kernels/blazeface/pairs_depthwise.inc"

#include "eyelid/kernels/blazeface/stem.inc"

#include "eyelid/kernels/blazeface/pairs_strips.inc"

}  // namespace eyelid::kernels::neon
