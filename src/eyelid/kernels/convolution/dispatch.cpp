// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/convolution/convolution.hpp"

namespace eyelid::kernels {
namespace {

#define EYELID_VARIANT(isa) isa::convolve, isa::convolve_gray, isa::pool_maximum, isa::weigh_planes

constexpr ConvolutionKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512", compute::kAvx512, EYELID_VARIANT(avx512)},
    {"x86_avx2", compute::kAvx2, EYELID_VARIANT(avx2)},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, EYELID_VARIANT(neon)},
#endif
    {"scalar", compute::kAnyCpu, EYELID_VARIANT(scalar)},
};

#undef EYELID_VARIANT

}  // namespace

KernelList<ConvolutionKernels> convolution_kernels() { return KernelList(kVariants); }

}  // namespace eyelid::kernels
