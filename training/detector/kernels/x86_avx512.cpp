// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "training/detector/kernels/blaze_training.hpp"

#define EYELID_ISA avx512
#define EYELID_ISA_NAME "x86_avx512"
#define EYELID_ISA_NEEDS compute::kAvx512
#include "training/detector/kernels/layers.inc"
