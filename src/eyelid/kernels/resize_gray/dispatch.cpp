// SPDX-License-Identifier: MIT
#include <iterator>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/resize_gray/resize_gray.hpp"

namespace eyelid::kernels {
namespace {

constexpr ResizeKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512", compute::kAvx512, avx512::weigh_rows, avx512::weigh_columns},
    {"x86_avx2", compute::kAvx2, avx2::weigh_rows, avx2::weigh_columns},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, neon::weigh_rows, neon::weigh_columns},
#endif
    {"scalar", compute::kAnyCpu, scalar::weigh_rows, scalar::weigh_columns},
};

}  // namespace

ResizeKernelList resize_kernel_variants() { return {kVariants, std::size(kVariants)}; }

const ResizeKernels& resize_kernels(std::uint32_t features) {
  for (const ResizeKernels& variant : kVariants) {
    if ((variant.needs & features) == variant.needs) return variant;
  }
  return kVariants[std::size(kVariants) - 1];
}

}  // namespace eyelid::kernels
