// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace eyelid::compute {

/// Instruction sets our kernels are written for. A kernel names the bits it needs; it may run when
/// `(needs & features) == needs`.
enum CpuFeature : std::uint32_t {
  kAnyCpu = 0,
  kAvx2 = 1u << 0,        // AVX2, FMA and F16C together
  kAvx512 = 1u << 1,      // AVX-512 F, BW, VL and DQ together; implies kAvx2
  kAvx512Vbmi = 1u << 2,  // implies kAvx512
  kAvx512Bf16 = 1u << 3,  // implies kAvx512
  kAvx512Vnni = 1u << 4,  // implies kAvx512
  kNeon = 1u << 5,        // every AArch64 processor
  kAvxVnni = 1u << 6,     // its encoding without AVX-512; implies kAvx2
  kNeonDot = 1u << 7,     // dot products of bytes; implies kNeon
  kSse41 = 1u << 8,       // SSE4.1 and what came before it; kAvx2 implies it
};

/// What this processor and its operating system support, read from the hardware. Cached.
std::uint32_t detected_cpu_features();

/// What kernels may use: `detected_cpu_features()`, lowered by the environment variable
/// EYELID_CPU = scalar | sse41 | avx2 | avx512 | neon. Read once, at the first call. avx2 and neon
/// leave out the dot products.
///
/// Throws InputError when EYELID_CPU names an unknown set or one this processor lacks: forcing an
/// absent instruction set is an error, never a silent fallback.
std::uint32_t cpu_features();

/// "avx2+avx512+vbmi", or "scalar" for none.
std::string describe(std::uint32_t features);

}  // namespace eyelid::compute
