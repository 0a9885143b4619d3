// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/hog/hog.hpp"

namespace eyelid::kernels {
namespace {

constexpr HogKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx2", compute::kAvx2, avx2::hog_features, avx2::hog_scores},
#endif
    // Every AArch64 has the vectors that compilers make of it.
    {"scalar", compute::kAnyCpu, scalar::hog_features, scalar::hog_scores},
};

}  // namespace

KernelList<HogKernels> hog_kernels() { return KernelList(kVariants); }

}  // namespace eyelid::kernels
