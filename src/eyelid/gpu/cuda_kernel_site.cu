// SPDX-License-Identifier: MIT
#include "eyelid/gpu/cuda_memory.cuh"
#include "eyelid/gpu/frame_program.hpp"
#include "eyelid/gpu/kernel_site.hpp"
#include "eyelid/kernels/gpu/device_block.cuh"

namespace eyelid::gpu {

std::shared_ptr<std::byte> memory_of_both(std::size_t bytes) {
  return pinned_memory(bytes, "cuda:0");
}

#define EYELID_RUN_ON_GPU(Kernel)                                                           \
  template <>                                                                               \
  void run_on_gpu<Kernel>(                                                                  \
      const Kernel::Arguments& arguments, int blocks, std::size_t shared_bytes) {           \
    check_cuda(kernels::gpu::allow_shared_memory<Kernel>(shared_bytes), "cuda:0", #Kernel); \
    check_cuda(kernels::gpu::launch<Kernel>(arguments, blocks, shared_bytes, nullptr),      \
               "cuda:0",                                                                    \
               #Kernel);                                                                    \
    check_cuda(cudaDeviceSynchronize(), "cuda:0", #Kernel);                                 \
  }
EYELID_RUN_ON_GPU(kernels::gpu::Letterbox)
EYELID_RUN_ON_GPU(kernels::gpu::BlazeF32)
EYELID_RUN_ON_GPU(kernels::gpu::BlazeHalfHopper)
EYELID_RUN_ON_GPU(kernels::gpu::BlazeHalfAmpere)
EYELID_RUN_ON_GPU(FindFaces)
EYELID_RUN_ON_GPU(SelectSubjects)
EYELID_RUN_ON_GPU(LocateEyes)
EYELID_RUN_ON_GPU(LocateEyesSpread)

}  // namespace eyelid::gpu
