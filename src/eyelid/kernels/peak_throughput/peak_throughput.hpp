// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::compute {
enum class Precision;
}

namespace eyelid::kernels {

/// Ceilings of this machine, measured. Take them in the same run as the figure they stand beside:
/// clocks and neighbors change from one second to the next.

/// Single-precision multiply-adds per second of the calling thread, in GMAC/s: 12 independent
/// chains in registers for about 30 us, with the widest instructions our kernels use on this
/// processor (EYELID_CPU lowers both). 0 where we have no such loop.
double fma_peak_gmacs();

/// Of `threads` threads at once, the sum of the best of 30 each; at least 1.
double fma_peak_gmacs(int threads);

/// The same ceiling for what our networks of this precision are made of: single multiply-adds,
/// pairs of bfloat16 into singles (AVX512_BF16), four bytes into integers (AVX512_VNNI); 0 where
/// this processor, or this build, has none of them.
double dot_peak_gmacs(compute::Precision precision);
double dot_peak_gmacs(compute::Precision precision, int threads);

/// Bytes per second that `threads` threads together read from main memory, in GB/s: the best of
/// three passes over 128 MiB each, more than any cache they share by the usual proportions.
double read_bandwidth_gb_per_s(int threads);

inline constexpr int kPeakChains = 12;

/// Rounds of all chains: multiply-adds of single lanes or, of the latter two, dot products.
namespace avx2 {
double chains(long rounds);
}
namespace avx512 {
double chains(long rounds);
}
namespace avx512_bf16 {
double chains(long rounds);
}
namespace avx512_vnni {
double chains(long rounds);
}

}  // namespace eyelid::kernels
