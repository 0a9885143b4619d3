// SPDX-License-Identifier: MIT
#include <iterator>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {
namespace {

#define EYELID_WORD_ROW(isa) isa::word_stem, isa::word_block, isa::word_unpack

#if defined(__x86_64__)
constexpr BlazeBf16Kernels kAvx512Bf16Kernels = {
    "x86_avx512_bf16", compute::kAvx512Bf16, EYELID_WORD_ROW(avx512_bf16)};
#endif

constexpr BlazeInt8Kernels kInt8Variants[] = {
#if defined(__x86_64__)
    {"x86_avx512_vnni", compute::kAvx512Vnni, EYELID_WORD_ROW(avx512_vnni)},
    {"x86_avx_vnni", compute::kAvxVnni, EYELID_WORD_ROW(avx_vnni)},
    {"x86_avx2", compute::kAvx2, EYELID_WORD_ROW(avx2_int8)},
#elif defined(__aarch64__)
    {"arm_dotprod", compute::kNeonDot, EYELID_WORD_ROW(neon_dot)},
    {"arm_neon", compute::kNeon, EYELID_WORD_ROW(neon_int8)},
#endif
    {"scalar", compute::kAnyCpu, EYELID_WORD_ROW(scalar_int8)},
};

}  // namespace

const BlazeBf16Kernels* blazeface_bf16_kernels([[maybe_unused]] std::uint32_t features) {
#if defined(__x86_64__)
  if ((features & compute::kAvx512Bf16) != 0) return &kAvx512Bf16Kernels;
#endif
  return nullptr;
}

BlazeInt8KernelList blazeface_int8_variants() { return {kInt8Variants, std::size(kInt8Variants)}; }

const BlazeInt8Kernels& blazeface_int8_kernels(std::uint32_t features) {
  for (const BlazeInt8Kernels& variant : kInt8Variants) {
    if ((variant.needs & features) == variant.needs) return variant;
  }
  return kInt8Variants[std::size(kInt8Variants) - 1];
}

}  // namespace eyelid::kernels
