// SPDX-License-Identifier: MIT
#include "training/detector/kernels/blaze_training.hpp"

namespace eyelid::training::kernels {

eyelid::kernels::KernelList<TrainingKernels> training_kernels() {
  static const TrainingKernels variants[] = {
#if defined(__x86_64__)
    avx512::kKernels,
    avx2::kKernels,
#endif
    baseline::kKernels,
  };
  return eyelid::kernels::KernelList(variants);
}

}  // namespace eyelid::training::kernels
