// SPDX-License-Identifier: MIT
#include "eyelid/kernels/gpu/device_block.cuh"
#include "eyelid/kernels/resize_gray/cuda_letterbox.hpp"

namespace eyelid::kernels::gpu {

EYELID_DEFINE_KERNEL(Letterbox)

}  // namespace eyelid::kernels::gpu
