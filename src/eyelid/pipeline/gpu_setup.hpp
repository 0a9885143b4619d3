// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/gpu/device_bench.hpp"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/gpu/gpu_eye_landmarker.hpp"

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
  /// One frame at a time on the first device.
  std::unique_ptr<detection::FaceDetector> make_detector() const;
  /// One face at a time on the first device.
  gpu::GpuEyeLandmarker make_landmarker() const;
  /// Of the first device; `frames` must outlive it.
  gpu::DeviceBench make_bench(std::span<const GrayImage> frames,
                              gpu::EnergyProbe energy,
                              const gpu::DeviceBenchOptions& options) const;

 private:
  gpu::DeviceFactory factory() const;
};

/// Frames of 640x480 that keep an H200 busy while the next ones are on their way.
inline constexpr int kGpuBatchFrames = 512;
inline constexpr int kMaxGpuBatchFrames = 4096;
/// Frames of a batch: what was requested, else kGpuBatchFrames, in whole groups of detect_every, at
/// least one.
int gpu_batch_frames(std::optional<int> requested, int detect_every);

/// Which processor a request goes to; `reason` says why.
struct ChosenDevice {
  bool is_gpu = false;
  std::string reason;
  std::vector<std::string> devices;
};
/// Auto chooses the CPU until benchmarks/gpu.sh has passed on a GPU. Throws DeviceError when a GPU
/// was requested and there is none, InputError when the request cannot run on a GPU.
ChosenDevice choose_device(const SetupRequest& request);

}  // namespace eyelid::pipeline
