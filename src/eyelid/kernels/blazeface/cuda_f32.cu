// SPDX-License-Identifier: MIT
#include "eyelid/kernels/blazeface/cuda_f32.hpp"
#include "eyelid/kernels/gpu/device_block.cuh"

namespace eyelid::kernels::gpu {

EYELID_DEFINE_KERNEL(BlazeF32)

}  // namespace eyelid::kernels::gpu
