// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/gpu_setup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::pipeline {
namespace {

/// Why this request cannot run on a GPU; empty when it can.
std::string why_not_on_gpu(const SetupRequest& request) {
  using compute::Precision;
  if (request.face_box) return "a given face box is for the CPU; expected none";
  if (request.cut_edge) return "half a face is measured on the CPU; expected no cut edge";
  if (request.eye_box) return "one eye close up is measured on the CPU; expected no eye box";
  if (request.detector != DetectorKind::BlazeFace) {
    return fmt::format("detector {} has no GPU kernels; expected blazeface",
                       name_of(request.detector));
  }
  if (request.detect_every.value_or(1) > kMaxGpuBatchFrames) {
    return fmt::format(
        "detection on every {}th frame: a group must fit in one batch; expected at "
        "most {}",
        *request.detect_every,
        kMaxGpuBatchFrames);
  }
  const Precision precision = precision_of(request);
  if (precision != Precision::F32 && precision != Precision::F16) {
    return fmt::format("precision {} has no GPU kernels; expected f32 or f16", name_of(precision));
  }
  return {};
}

}  // namespace

ChosenDevice choose_device(const SetupRequest& request) {
  if (request.device == DeviceChoice::Cpu) return {false, "requested", {}};
  gpu::CudaDevices found = gpu::find_cuda_devices();
  if (request.device == DeviceChoice::Auto) {
    return {false,
            found.names.empty() ? found.why_none
                                : "a GPU is present, but benchmarks/gpu.sh has not yet passed on "
                                  "one, so auto chooses the CPU; choose cuda to use the GPU",
            {}};
  }
  if (found.names.empty()) {
    throw DeviceError("device cuda: " + found.why_none + "; expected " + found.expected);
  }
  const std::string obstacle = why_not_on_gpu(request);
  if (!obstacle.empty()) throw InputError("device cuda: " + obstacle);
  return {true, "requested", std::move(found.names)};
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

int gpu_batch_frames(std::optional<int> requested, int detect_every) {
  const int frames = std::min(requested.value_or(kGpuBatchFrames), kMaxGpuBatchFrames);
  const int groups = std::max(1, frames / detect_every);
  return groups * detect_every;
}

}  // namespace eyelid::pipeline
