// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "eyelid/kernels/tree_ensemble/tree_ensemble.hpp"

namespace eyelid::kernels {
namespace {

#define EYELID_TREE_ROW(isa, walk_trees) \
  isa::sample_features, walk_trees, isa::add_leaves_f32, isa::add_leaves_f16, isa::add_leaves_i16

constexpr TreeKernels kVariants[] = {
#if defined(__x86_64__)
    {"x86_avx512_vbmi",
     compute::kAvx512 | compute::kAvx512Vbmi,
     true,
     EYELID_TREE_ROW(avx512, avx512_vbmi::walk_trees)},
    {"x86_avx512", compute::kAvx512, false, EYELID_TREE_ROW(avx512, interleaved::walk_trees)},
    {"x86_avx2", compute::kAvx2, false, EYELID_TREE_ROW(avx2, interleaved::walk_trees)},
#elif defined(__aarch64__)
    {"arm_neon", compute::kNeon, false, EYELID_TREE_ROW(neon, interleaved::walk_trees)},
#endif
    {"scalar", compute::kAnyCpu, false, EYELID_TREE_ROW(scalar, scalar::walk_trees)},
};

}  // namespace

KernelList<TreeKernels> tree_kernels() { return KernelList(kVariants); }

}  // namespace eyelid::kernels
