// SPDX-License-Identifier: MIT
#include "eyelid/core/error.hpp"
#include "eyelid/gpu/frame_device.hpp"

// Stands in for cuda_device.cu in builds without EYELID_CUDA.
namespace eyelid::gpu {

CudaDevices find_cuda_devices() {
  return {{},
          "this build has no CUDA support",
          "a build with EYELID_CUDA=ON, a GPU and its driver, or device cpu"};
}

// NOLINTBEGIN(performance-unnecessary-value-param): a real device keeps the models
std::unique_ptr<FrameDevice> make_cuda_device(int,
                                              std::shared_ptr<const DeviceModels>,
                                              const FrameDeviceOptions&) {
  // NOLINTEND(performance-unnecessary-value-param)
  const CudaDevices none = find_cuda_devices();
  throw DeviceError("device cuda: " + none.why_none + "; expected " + none.expected);
}

}  // namespace eyelid::gpu
