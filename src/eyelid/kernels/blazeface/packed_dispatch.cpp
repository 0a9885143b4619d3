// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_packed.hpp"

namespace eyelid::kernels {
namespace {

#define EYELID_PACKED_ROW(isa) isa::word_stem, isa::word_block, isa::word_unpack

#if defined(__x86_64__)
constexpr BlazeBf16Kernels kAvx512Bf16Kernels = {
    "x86_avx512_bf16", compute::kAvx512Bf16, EYELID_PACKED_ROW(avx512_bf16)};
#endif

constexpr BlazeInt8Kernels kInt8Variants[] = {
#if defined(__x86_64__)
    {"x86_avx512_vnni",
     compute::kAvx512Vnni,
     BlazeLineOrder::Words,
     EYELID_PACKED_ROW(avx512_vnni)},
    {"x86_avx_vnni", compute::kAvxVnni, BlazeLineOrder::Words, EYELID_PACKED_ROW(avx_vnni)},
    {"x86_avx2", compute::kAvx2, BlazeLineOrder::Rows, EYELID_PACKED_ROW(avx2_int8)},
    {"x86_sse41", compute::kSse41, BlazeLineOrder::Rows, EYELID_PACKED_ROW(sse41_int8)},
#elif defined(__aarch64__)
    {"arm_dotprod", compute::kNeonDot, BlazeLineOrder::Words, EYELID_PACKED_ROW(neon_dot)},
    {"arm_neon", compute::kNeon, BlazeLineOrder::Words, EYELID_PACKED_ROW(neon_int8)},
#endif
    {"scalar", compute::kAnyCpu, BlazeLineOrder::Words, EYELID_PACKED_ROW(scalar_int8)},
};

}  // namespace

const BlazeBf16Kernels* blazeface_bf16_kernels([[maybe_unused]] std::uint32_t features) {
#if defined(__x86_64__)
  if ((features & compute::kAvx512Bf16) != 0) return &kAvx512Bf16Kernels;
#endif
  return nullptr;
}

KernelList<BlazeInt8Kernels> blazeface_int8_kernels() { return KernelList(kInt8Variants); }

}  // namespace eyelid::kernels
