// SPDX-License-Identifier: MIT
#include "eyelid/core/error.hpp"
#include "eyelid/gpu/frame_device.hpp"

// Stands in for cuda_device.cu in builds without EYELID_CUDA.
namespace eyelid::gpu {

CudaDevices find_cuda_devices() { return {{}, "this build has no CUDA support"}; }

std::unique_ptr<FrameDevice> make_cuda_device(int,
                                              std::shared_ptr<const DeviceModels>,
                                              const FrameDeviceOptions&) {
  throw DeviceError(
      "--device cuda: this build has no CUDA support; expected a build with EYELID_CUDA=ON and a "
      "GPU");
}

}  // namespace eyelid::gpu
