// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_setup.hpp"

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::pipeline {
namespace {

/// Why this request is nothing for a GPU; empty when it is.
std::string why_not_on_gpu(const SetupRequest& request) {
  if (!request.detector.empty() && request.detector != "blazeface") {
    return "--detector " + request.detector + " has no GPU kernels; expected blazeface";
  }
  if (request.detect_every > 1) {
    return "the GPU detects on every frame; expected --detect-every 1";
  }
  if (request.precision != "f32" && request.precision != "f16") {
    return "--precision " + request.precision + " has no GPU kernels; expected f32 or f16";
  }
  return {};
}

}  // namespace

DeviceChoice choose_device(const SetupRequest& request) {
  DeviceChoice choice;
  if (request.device == "cpu") {
    choice.reason = "asked for";
    return choice;
  }
  const bool is_forced = request.device == "cuda";
  if (!is_forced && request.device != "auto") {
    throw InputError("--device " + request.device + ": unknown; expected auto, cpu or cuda");
  }
  gpu::CudaDevices found = gpu::find_cuda_devices();
  if (!is_forced) {
    choice.reason =
        found.names.empty()
            ? found.why_none
            : "a GPU is there, but benchmarks/gpu.sh has not yet passed on one, so auto "
              "takes the CPU; --device cuda takes the GPU";
    return choice;
  }
  if (found.names.empty()) {
    throw DeviceError("--device cuda: " + found.why_none +
                      "; expected a build with EYELID_CUDA=ON, a GPU and its driver");
  }
  const std::string obstacle = why_not_on_gpu(request);
  if (!obstacle.empty()) throw InputError("--device cuda: " + obstacle);
  choice.is_gpu = true;
  choice.reason = "asked for";
  choice.devices = std::move(found.names);
  return choice;
}

std::vector<std::unique_ptr<gpu::FrameDevice>> GpuSetup::make_devices() const {
  gpu::FrameDeviceOptions options;
  options.measure = measure;
  options.batch_frames = batch_frames;
  std::vector<std::unique_ptr<gpu::FrameDevice>> made;
  for (std::size_t i = 0; i < devices.size(); i++) {
    made.push_back(gpu::make_cuda_device(static_cast<int>(i), models, options));
  }
  return made;
}

std::unique_ptr<gpu::FrameDevice> GpuSetup::make_first(gpu::FrameDeviceOptions options) const {
  options.measure = measure;
  return gpu::make_cuda_device(0, models, options);
}

std::unique_ptr<detection::FaceDetector> GpuSetup::make_detector() const {
  return gpu::make_gpu_face_detector(
      [shared = models](const gpu::FrameDeviceOptions& options) {
        return gpu::make_cuda_device(0, shared, options);
      },
      measure);
}

}  // namespace eyelid::pipeline
