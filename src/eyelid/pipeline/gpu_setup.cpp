// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_setup.hpp"

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::pipeline {
namespace {

/// Why this request is nothing for a GPU; empty when it is.
std::string why_not_on_gpu(const SetupRequest& request) {
  if (!request.detector.empty() && request.detector != "blazeface") {
    return "--detector " + request.detector + " has no GPU kernels; expected blazeface";
  }
  if (request.detect_every > kMaxGpuBatchFrames) {
    return "--detect-every " + std::to_string(request.detect_every) +
           ": a group has to fit into one batch; expected at most " +
           std::to_string(kMaxGpuBatchFrames);
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
    throw DeviceError("--device cuda: " + found.why_none + "; expected " + found.expected);
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

gpu::DeviceFactory GpuSetup::factory() const {
  return [shared = models](const gpu::FrameDeviceOptions& options) {
    return gpu::make_cuda_device(0, shared, options);
  };
}

std::unique_ptr<detection::FaceDetector> GpuSetup::make_detector() const {
  return gpu::make_gpu_face_detector(factory(), measure);
}

gpu::GpuEyeLandmarker GpuSetup::make_landmarker() const { return {factory(), measure}; }

gpu::DeviceBench GpuSetup::make_bench(std::span<const GrayImage> frames,
                                      gpu::EnergyProbe energy,
                                      const gpu::DeviceBenchOptions& options) const {
  return {factory(), measure, frames, std::move(energy), options};
}

int gpu_batch_frames(int asked, int detect_every) {
  const int frames = asked > 0 ? asked : kGpuBatchFrames;
  const int groups = std::max(1, std::min(frames, kMaxGpuBatchFrames) / detect_every);
  return groups * detect_every;
}

}  // namespace eyelid::pipeline
