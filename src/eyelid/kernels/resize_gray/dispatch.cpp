// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels {
namespace {

constexpr ResizeKernels kVariants[] = {
#if defined(__x86_64__)
    // On 640x480 nearly as fast as memory: AVX-512 has nothing to add.
    {"x86_avx2", compute::kAvx2, avx2::weigh_rows, avx2::weigh_columns},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, neon::weigh_rows, neon::weigh_columns},
#endif
    {"scalar", compute::kAnyCpu, scalar::weigh_rows, scalar::weigh_columns},
};

}  // namespace

KernelList<ResizeKernels> resize_kernels() { return KernelList(kVariants); }

}  // namespace eyelid::kernels
