// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/blazeface/blazeface_kernels.hpp"

namespace eyelid::kernels {
namespace {

#define EYELID_BLAZEFACE_ROW(isa) \
  isa::blaze_stem, isa::blaze_block, isa::blaze_pointwise, isa::blaze_regress

constexpr BlazeFaceKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512", compute::kAvx512, EYELID_BLAZEFACE_ROW(avx512)},
    {"x86_avx2", compute::kAvx2, EYELID_BLAZEFACE_ROW(avx2)},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, EYELID_BLAZEFACE_ROW(neon)},
#endif
    {"scalar", compute::kAnyCpu, EYELID_BLAZEFACE_ROW(scalar)},
};

}  // namespace

KernelList<BlazeFaceKernels> blazeface_kernels() { return KernelList(kVariants); }

}  // namespace eyelid::kernels
