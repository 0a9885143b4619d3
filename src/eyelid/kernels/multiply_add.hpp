// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace eyelid::kernels {

/// a * b + c, rounded once, as the vector units of all processors compute it: for the scalar
/// definitions of kernels. One instruction where the compiler may use it; elsewhere the C library
/// would have to change the processor's rounding mode, which takes 60 times as long as this.
inline float multiply_add(float a, float b, float c) {
#if defined(__FP_FAST_FMAF)
  return __builtin_fmaf(a, b, c);
#else
  const double product = double{a} * double{b};  // exact: 48 of 53 bits
  const double sum = product + double{c};
  auto bits = std::bit_cast<std::uint64_t>(sum);
  // Rounding this to single precision is wrong only where the sum, itself rounded, looks like a
  // tie; below the normal range (and above 0) ties look differently.
  constexpr std::uint64_t kLost = (1u << 29) - 1, kTie = 1u << 28, kSign = std::uint64_t{1} << 63;
  constexpr auto kNormal = std::bit_cast<std::uint64_t>(0x1p-126);
  if ((bits & kLost) == kTie || (bits & ~kSign) - 1 < kNormal - 1) [[unlikely]] {
    // An inexact sum is made odd, which shows on which side of the tie it lies (Boldo & Melquiond,
    // "Emulation of FMA and correctly rounded sums", IEEE Transactions on Computers 57, 2008).
    const double rest = sum - product;
    const double error = (product - (sum - rest)) + (double{c} - rest);  // exact: Knuth's two-sum
    if (error != 0.0 && bits % 2 == 0) bits += (error > 0.0) == (sum > 0.0) ? 1 : ~std::uint64_t{0};
  }
  return static_cast<float>(std::bit_cast<double>(bits));
#endif
}

}  // namespace eyelid::kernels
