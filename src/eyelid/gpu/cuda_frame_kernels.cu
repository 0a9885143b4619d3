// SPDX-License-Identifier: MIT
#include "eyelid/gpu/find_faces.hpp"
#include "eyelid/gpu/locate_eyes.hpp"
#include "eyelid/gpu/select_subjects.hpp"
#include "eyelid/kernels/gpu/device_block.cuh"

namespace eyelid::kernels::gpu {

EYELID_DEFINE_KERNEL(eyelid::gpu::FindFaces)
EYELID_DEFINE_KERNEL(eyelid::gpu::SelectSubjects)
EYELID_DEFINE_KERNEL(eyelid::gpu::LocateEyes)
EYELID_DEFINE_KERNEL(eyelid::gpu::LocateEyesSpread)

}  // namespace eyelid::kernels::gpu
