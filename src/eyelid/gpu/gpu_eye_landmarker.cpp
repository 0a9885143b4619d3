// SPDX-License-Identifier: MIT
#include "eyelid/gpu/gpu_eye_landmarker.hpp"

namespace eyelid::gpu {

landmarks::FacePoints GpuEyeLandmarker::locate(const FrameView& frame, const FaceBox& face) {
  device_.put(frame);
  const FaceRecord given = face_record(face);
  const BatchResults results = device_->locate(0, {&given, 1});
  return face_points(results.records[0], results.points.data());
}

}  // namespace eyelid::gpu
