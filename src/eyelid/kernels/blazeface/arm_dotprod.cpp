// SPDX-License-Identifier: MIT
// For AArch64 processors with the dot product of signed bytes (ARMv8.2 and later, Apple's all).
// arm_neon_int8.cpp takes this text for those without.
#include <arm_neon.h>

#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels::neon_dot {
namespace {

using Words = uint32x4_t;
constexpr int kLanes = 4;
constexpr int kAtOnce = 6;  // 24 of the 32 registers
constexpr bool kIsFlipped = true;

[[gnu::always_inline]] inline Words load(const std::uint32_t* words) { return vld1q_u32(words); }
[[gnu::always_inline]] inline void store(std::uint32_t* target, Words words) {
  vst1q_u32(target, words);
}
[[gnu::always_inline]] inline Words all(std::uint32_t word) { return vdupq_n_u32(word); }
[[gnu::always_inline]] inline Words either(Words a, Words b) { return vorrq_u32(a, b); }
[[gnu::always_inline]] inline Words both(Words a, Words b) { return vandq_u32(a, b); }
template <int bits>
[[gnu::always_inline]] inline Words left(Words words) {
  return vshlq_n_u32(words, bits);
}
template <int bits>
[[gnu::always_inline]] inline Words right(Words words) {
  return vshrq_n_u32(words, bits);
}
[[gnu::always_inline]] inline Words max_bytes(Words a, Words b) {
  return vreinterpretq_u32_u8(vmaxq_u8(vreinterpretq_u8_u32(a), vreinterpretq_u8_u32(b)));
}
[[gnu::always_inline]] inline Words from_left(Words previous, Words current) {
  return vextq_u32(previous, current, 3);
}
[[gnu::always_inline]] inline Words from_right(Words current, Words next) {
  return vextq_u32(current, next, 1);
}
[[gnu::always_inline]] inline Words even(Words first, Words second) {
  return vuzp1q_u32(first, second);
}
[[gnu::always_inline]] inline Words odd(Words first, Words second) {
  return vuzp2q_u32(first, second);
}
[[gnu::always_inline]] inline Words flipped(Words bytes) {
  return veorq_u32(bytes, vdupq_n_u32(0x80808080u));
}
[[gnu::always_inline]] inline Words dot(Words sum, Words bytes, Words weights) {
  const int8x16_t a = vreinterpretq_s8_u32(bytes), b = vreinterpretq_s8_u32(weights);
#if defined(EYELID_DOTPROD_OF_NEON)
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(a, b));
  return vaddq_u32(sum, vreinterpretq_u32_s32(vpaddq_s32(low, high)));
#else
  return vreinterpretq_u32_s32(vdotq_s32(vreinterpretq_s32_u32(sum), a, b));
#endif
}
[[gnu::always_inline]] inline Words minus(Words a, Words b) { return vsubq_u32(a, b); }
[[gnu::always_inline]] inline Words add_product(Words sum, Words small, std::int32_t factor) {
  return vmlaq_n_u32(sum, small, static_cast<std::uint32_t>(factor));
}

/// Two rows of sums as 16 bits, side by side.
[[gnu::always_inline]] inline int16x8_t scaled(Words a, Words b, const BlazeNarrow& narrow) {
  const int32x4_t shift = vdupq_n_s32(-narrow.shift);  // to the right, rounding down
  const int16x4_t low = vqmovn_s32(vshlq_s32(vreinterpretq_s32_u32(a), shift));
  const int16x4_t high = vqmovn_s32(vshlq_s32(vreinterpretq_s32_u32(b), shift));
  return vqrdmulhq_n_s16(vcombine_s16(low, high), static_cast<std::int16_t>(narrow.factor));
}
/// Four bytes of each row, row after row, to words of four rows.
[[gnu::always_inline]] inline Words joined_rows(uint8x16_t rows) {
  static constexpr std::uint8_t kOrder[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  return vreinterpretq_u32_u8(vqtbl1q_u8(rows, vld1q_u8(kOrder)));
}
[[gnu::always_inline]] inline Words positive_bytes(const Words* sums, const BlazeNarrow& narrow) {
  return joined_rows(vcombine_u8(vqmovun_s16(scaled(sums[0], sums[1], narrow)),
                                 vqmovun_s16(scaled(sums[2], sums[3], narrow))));
}
/// As they are: dot() takes signed bytes.
[[gnu::always_inline]] inline Words signed_bytes(const Words* sums, const BlazeNarrow& narrow) {
  return joined_rows(vreinterpretq_u8_s8(vcombine_s8(
      vqmovn_s16(scaled(sums[0], sums[1], narrow)), vqmovn_s16(scaled(sums[2], sums[3], narrow)))));
}
[[gnu::always_inline]] inline void transposed(Words* words) {
  uint8x16_t bytes[4];
  for (int i = 0; i < 4; i++) bytes[i] = vreinterpretq_u8_u32(words[i]);
  const auto pairs = [](uint8x16_t a) { return vreinterpretq_u16_u8(a); };
  const uint16x8_t even01 = pairs(vtrn1q_u8(bytes[0], bytes[1]));
  const uint16x8_t odd01 = pairs(vtrn2q_u8(bytes[0], bytes[1]));
  const uint16x8_t even23 = pairs(vtrn1q_u8(bytes[2], bytes[3]));
  const uint16x8_t odd23 = pairs(vtrn2q_u8(bytes[2], bytes[3]));
  words[0] = vreinterpretq_u32_u16(vtrn1q_u16(even01, even23));
  words[1] = vreinterpretq_u32_u16(vtrn1q_u16(odd01, odd23));
  words[2] = vreinterpretq_u32_u16(vtrn2q_u16(even01, even23));
  words[3] = vreinterpretq_u32_u16(vtrn2q_u16(odd01, odd23));
}
/// Columns x .. x + 15 of four rows of bytes to quads; tiles of kLanes columns are `step` words
/// apart. Pixels are unsigned: flipped for dot().
void store_quads(const std::uint8_t* const* taps,
                 int x,
                 std::uint32_t* target,
                 std::ptrdiff_t step) {
  uint8x16_t t[4];
  for (int i = 0; i < 4; i++) t[i] = vld1q_u8(taps[i] + x);
  const uint8x16x2_t low = vzipq_u8(t[0], t[1]), high = vzipq_u8(t[2], t[3]);
  for (int i = 0; i < 2; i++) {
    const uint16x8x2_t quads =
        vzipq_u16(vreinterpretq_u16_u8(low.val[i]), vreinterpretq_u16_u8(high.val[i]));
    for (int j = 0; j < 2; j++) {
      const int column = x + 8 * i + 4 * j;
      store(target + column / kLanes * step + column % kLanes,
            flipped(vreinterpretq_u32_u16(quads.val[j])));
    }
  }
}
[[gnu::always_inline]] inline void store_floats(float* target, Words words) {
  vst1q_f32(target, vcvtq_f32_u32(words));
}

#include "eyelid/kernels/blazeface/int8_by_rows.inc"

}  // namespace eyelid::kernels::neon_dot
