// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/gpu/batch_runner.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// What the GPU measured, as the Tracker on the CPU would put it.
FrameMeasurement frame_measurement(const gpu::MeasuredFrame& frame);

/// The Tracker's work with every step between the decoded frame and the eye aspect ratio on one or
/// several GPUs. Detects on every frame. Same order of results, whatever the number of devices.
class GpuTracker {
 public:
  /// Devices of equal options, made with `wants_points` where 68 points are asked for.
  explicit GpuTracker(std::vector<std::unique_ptr<gpu::FrameDevice>> devices);
  ~GpuTracker();

  /// Runs `source` to its end; as Tracker::run.
  void run(video::FrameSource& source,
           const std::function<void(const FrameMeasurement&)>& on_measurement);

  /// Of the last run: "decode (wait)" per frame, "GPU (wait)" per batch.
  std::vector<StageTime> stage_times() const;
  const gpu::RunnerTimes& runner_times() const { return runner_.times(); }

 private:
  struct Clocks;
  std::vector<std::unique_ptr<gpu::FrameDevice>> devices_;
  gpu::BatchRunner runner_;
  std::unique_ptr<Clocks> clocks_;
};

}  // namespace eyelid::pipeline
