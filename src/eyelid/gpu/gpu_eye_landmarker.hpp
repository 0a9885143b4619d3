// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/gpu/gpu_face_detector.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"

namespace eyelid::gpu {

/// EyeLandmarker on a GPU, one face at a time, as `evaluate landmarks` needs it: the same points.
/// Calls come from one thread.
class GpuEyeLandmarker {
 public:
  /// `options.wants_points` says which of the two point counts locate() is asked for.
  GpuEyeLandmarker(const DeviceFactory& factory, const MeasureOptions& options)
      : device_(factory, options, false) {}

  /// As EyeLandmarker::locate. Throws DeviceError.
  landmarks::FacePoints locate(const FrameView& frame, const FaceBox& face);

 private:
  OneFrameDevice device_;
};

}  // namespace eyelid::gpu
