// SPDX-License-Identifier: MIT
#include "eyelid/kernels/blazeface/cuda_half.hpp"
#include "eyelid/kernels/gpu/device_block.cuh"

namespace eyelid::kernels::gpu {

EYELID_DEFINE_KERNEL(BlazeHalfHopper)
EYELID_DEFINE_KERNEL(BlazeHalfAmpere)

}  // namespace eyelid::kernels::gpu
