// SPDX-License-Identifier: MIT
#include "eyelid/gpu/gpu_eye_landmarker.hpp"

#include <cstring>

#include "eyelid/core/error.hpp"

namespace eyelid::gpu {

GpuEyeLandmarker::GpuEyeLandmarker(const DeviceFactory& factory, const MeasureOptions& options) {
  FrameDeviceOptions device;
  device.measure = options;
  device.measure.detect_every = 1;
  device.batch_frames = 1;
  device.slots = 1;
  device_ = factory(device);
}

landmarks::FacePoints GpuEyeLandmarker::locate(const FrameView& frame, const FaceBox& face) {
  EYELID_EXPECTS(!frame.is_empty());
  if (frame.width != width_ || frame.height != height_) {
    width_ = 0;  // until it has succeeded
    device_->prepare(frame.width, frame.height);
    width_ = frame.width;
    height_ = frame.height;
  }
  put_frame(*device_, 0, 0, frame);
  const FaceRecord given = face_record(face);
  const BatchResults results = device_->locate(0, {&given, 1});
  return face_points(results.records[0], results.points.data());
}

}  // namespace eyelid::gpu
