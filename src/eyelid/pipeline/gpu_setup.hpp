// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/gpu_face_detector.hpp"

namespace eyelid::pipeline {

struct SetupRequest;

/// The GPUs that take part, and what they are to do.
struct GpuSetup {
  std::shared_ptr<const gpu::DeviceModels> models;
  gpu::MeasureOptions measure;
  std::vector<std::string> devices;  // names, by ordinal
  int batch_frames = 0;

  /// All devices, ready for batches of recordings.
  std::vector<std::unique_ptr<gpu::FrameDevice>> make_devices() const;
  /// The first device with other options; `measure` is filled in.
  std::unique_ptr<gpu::FrameDevice> make_first(gpu::FrameDeviceOptions options) const;
  /// One frame at a time on the first device.
  std::unique_ptr<detection::FaceDetector> make_detector() const;
};

/// Frames of 640x480 that keep an H200 busy while the next ones are on their way.
inline constexpr int kGpuBatchFrames = 512;

/// Which processor a request goes to; `reason` says why. "auto" takes the CPU until
/// benchmarks/gpu.sh has passed on a GPU. Throws DeviceError when a GPU was asked for and there is
/// none, InputError when it was asked for something it cannot do.
struct DeviceChoice {
  bool is_gpu = false;
  std::string reason;
  std::vector<std::string> devices;
};
DeviceChoice choose_device(const SetupRequest& request);

}  // namespace eyelid::pipeline
