// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::benchmarks {

/// Single-precision multiply-adds per second of one thread, in GMAC/s: 12 independent chains in
/// registers for about 1 ms, with the widest instructions our kernels use on this processor. The
/// ceiling of every kernel; measure it in the same run. 0 where we have no such loop.
double fma_peak_gmacs();

namespace avx2 {
double fma_chains(long rounds);
}
namespace avx512 {
double fma_chains(long rounds);
}
inline constexpr int kFmaChains = 12;

}  // namespace eyelid::benchmarks
