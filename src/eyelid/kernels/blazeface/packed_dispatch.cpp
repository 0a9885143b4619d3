// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {
namespace {

#if defined(__x86_64__)
constexpr BlazeBf16Kernels kAvx512Bf16Kernels = {"x86_avx512_bf16",
                                                 compute::kAvx512Bf16,
                                                 avx512_bf16::word_stem,
                                                 avx512_bf16::word_block,
                                                 avx512_bf16::word_unpack};
constexpr BlazeInt8Kernels kAvx512VnniKernels = {"x86_avx512_vnni",
                                                 compute::kAvx512Vnni,
                                                 avx512_vnni::word_stem,
                                                 avx512_vnni::word_block,
                                                 avx512_vnni::word_unpack};
constexpr BlazeInt8Kernels kAvxVnniKernels = {"x86_avx_vnni",
                                              compute::kAvxVnni,
                                              avx_vnni::word_stem,
                                              avx_vnni::word_block,
                                              avx_vnni::word_unpack};
#elif defined(__aarch64__)
constexpr BlazeInt8Kernels kNeonDotKernels = {"arm_dotprod",
                                              compute::kNeonDot,
                                              neon_dot::word_stem,
                                              neon_dot::word_block,
                                              neon_dot::word_unpack};
#endif

}  // namespace

const BlazeBf16Kernels* blazeface_bf16_kernels([[maybe_unused]] std::uint32_t features) {
#if defined(__x86_64__)
  if ((features & compute::kAvx512Bf16) != 0) return &kAvx512Bf16Kernels;
#endif
  return nullptr;
}

const BlazeInt8Kernels* blazeface_int8_kernels([[maybe_unused]] std::uint32_t features) {
#if defined(__x86_64__)
  if ((features & compute::kAvx512Vnni) != 0) return &kAvx512VnniKernels;
  if ((features & compute::kAvxVnni) != 0) return &kAvxVnniKernels;
#elif defined(__aarch64__)
  if ((features & compute::kNeonDot) != 0) return &kNeonDotKernels;
#endif
  return nullptr;
}

}  // namespace eyelid::kernels
