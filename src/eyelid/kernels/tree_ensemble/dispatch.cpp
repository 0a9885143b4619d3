// SPDX-License-Identifier: MIT
#include <iterator>

#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {
namespace {

constexpr TreeKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512_vbmi",
     compute::kAvx512 | compute::kAvx512Vbmi,
     true,
     avx512::sample_features,
     avx512_vbmi::walk_trees,
     avx512::add_leaves_f32,
     avx512::add_leaves_f16,
     avx512::add_leaves_i16},
    {"x86_avx512",
     compute::kAvx512,
     false,
     avx512::sample_features,
     interleaved::walk_trees,
     avx512::add_leaves_f32,
     avx512::add_leaves_f16,
     avx512::add_leaves_i16},
    {"x86_avx2",
     compute::kAvx2,
     false,
     avx2::sample_features,
     interleaved::walk_trees,
     avx2::add_leaves_f32,
     avx2::add_leaves_f16,
     avx2::add_leaves_i16},
#elif defined(__aarch64__)
    {"arm_neon",
     compute::kNeon,
     false,
     neon::sample_features,
     interleaved::walk_trees,
     neon::add_leaves_f32,
     neon::add_leaves_f16,
     neon::add_leaves_i16},
#endif
    {"scalar",
     compute::kAnyCpu,
     false,
     scalar::sample_features,
     scalar::walk_trees,
     scalar::add_leaves_f32,
     scalar::add_leaves_f16,
     scalar::add_leaves_i16},
};

}  // namespace

TreeKernelList tree_kernel_variants() { return {kVariants, std::size(kVariants)}; }

const TreeKernels& tree_kernels(std::uint32_t features) {
  for (const TreeKernels& variant : kVariants) {
    if ((variant.needs & features) == variant.needs) return variant;
  }
  return kVariants[std::size(kVariants) - 1];
}

}  // namespace eyelid::kernels
