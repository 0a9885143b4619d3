// SPDX-License-Identifier: MIT
#include "eyelid/compute/cpu_features.hpp"
#include "training/detector/kernels/blaze_training.hpp"

#define EYELID_ISA baseline
#define EYELID_ISA_NAME "baseline"
#define EYELID_ISA_NEEDS compute::kAnyCpu
#include "training/detector/kernels/layers.inc"
