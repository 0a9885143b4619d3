// SPDX-License-Identifier: MIT
#include <array>

#include "eyelid/compute/cpu_features.hpp"
#include "training/detector/kernels/blaze_training.hpp"

namespace eyelid::training::kernels {
namespace {

const auto& variants() {
  static const auto all = std::to_array<TrainingKernels>({
#if defined(__x86_64__)
    avx512::kKernels, avx2::kKernels,
#endif
        baseline::kKernels,
  });
  return all;
}

}  // namespace

TrainingKernelList training_kernel_variants() { return {variants().data(), variants().size()}; }

const TrainingKernels& training_kernels(std::uint32_t features) {
  for (const TrainingKernels& variant : variants()) {
    if ((variant.needs & features) == variant.needs) return variant;
  }
  return variants().back();
}

}  // namespace eyelid::training::kernels
