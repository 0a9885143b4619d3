// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace eyelid {

// IEEE 754 half precision <-> single, in software, as every processor does it.

/// Exact: all halves are floats.
inline float float_from_half(std::uint16_t half) {
  // The exponents of half and single differ by 112; the multiplication also makes halves below
  // 2^-14 right, which have no leading one.
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const float magnitude = std::bit_cast<float>((half & 0x7fffu) << 13) * 0x1p112f;
  std::uint32_t bits = std::bit_cast<std::uint32_t>(magnitude);
  if (magnitude >= 65536.0f) bits |= 0x7f800000u;  // infinity and NaN keep their exponent
  return std::bit_cast<float>(sign | bits);
}

/// Rounds to nearest, ties to even; infinity from 65520 on.
inline std::uint16_t half_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  std::uint32_t half = 0;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u;  // NaN
  } else if (magnitude >= 0x477ff000u) {
    half = 0x7c00u;  // from 65520 on the nearest half is infinity
  } else if (magnitude < 0x38800000u) {
    // Below 2^-14 halves are multiples of 2^-24: adding 0.5 lets the adder round to them.
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000u;
  } else {
    const std::uint32_t is_odd = (magnitude >> 13) & 1u;
    half = (magnitude - (112u << 23) + 0xfffu + is_odd) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace eyelid
