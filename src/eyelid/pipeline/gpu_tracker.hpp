// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "eyelid/gpu/batch_runner.hpp"
#include "eyelid/pipeline/frame_tracker.hpp"

namespace eyelid::pipeline {

/// What the GPU measured, as the Tracker on the CPU would put it.
FrameMeasurement frame_measurement(const gpu::MeasuredFrame& frame);

/// The Tracker's work with every step between the decoded frame and the eye aspect ratio on one or
/// several GPUs. Same results, whatever the number of devices.
class GpuTracker final : public FrameTracker {
 public:
  /// Devices of equal options, made with `wants_points` where 68 points are asked for.
  explicit GpuTracker(std::vector<std::unique_ptr<gpu::FrameDevice>> devices);
  ~GpuTracker() override;

  void run(video::FrameSource& source,
           const std::function<void(const FrameMeasurement&)>& on_measurement) override;

  /// "decode (wait)" per frame, "GPU (wait)" per batch.
  std::vector<StageTime> stage_times() const override;

 private:
  struct Clocks;
  std::vector<std::unique_ptr<gpu::FrameDevice>> devices_;
  gpu::BatchRunner runner_;
  std::unique_ptr<Clocks> clocks_;
};

}  // namespace eyelid::pipeline
