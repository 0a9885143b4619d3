// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/video/frame_source.hpp"

namespace eyelid::pipeline {

/// Frames in, one FrameMeasurement per frame out: on the CPU (tracker.hpp) or on GPUs
/// (gpu_tracker.hpp). make_tracker() of setup.hpp makes the one that was asked for.
class FrameTracker {
 public:
  virtual ~FrameTracker() = default;

  /// Runs `source` to its end. `on_measurement` is called in frame order, by one thread at a time.
  /// Rethrows the first error of any stage after all have stopped.
  virtual void run(video::FrameSource& source,
                   const std::function<void(const FrameMeasurement&)>& on_measurement) = 0;

  /// Of the last run.
  virtual std::vector<StageTime> stage_times() const = 0;
};

}  // namespace eyelid::pipeline
