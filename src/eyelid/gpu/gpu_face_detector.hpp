// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/gpu/frame_device.hpp"
#include "eyelid/landmarks/eye_landmarker.hpp"

namespace eyelid::gpu {

FaceBox face_box(const FaceRecord& record);
FaceRecord face_record(const FaceBox& face);
/// `points` is read where the record says that there are some.
landmarks::FacePoints face_points(const FrameRecord& record, const FaceLandmarks* points);
/// Copies a frame of the prepared size into place i of a slot.
void put_frame(FrameDevice& device, int slot, int i, const FrameView& frame);

/// Makes a device with the given number of slots and frames per batch.
using DeviceFactory =
    std::function<std::unique_ptr<FrameDevice>(const FrameDeviceOptions& options)>;

/// A device of batches of one frame, of any size. Calls come from one thread.
class OneFrameDevice {
 public:
  /// `faces_only`: the detector alone, all faces; else for FrameDevice::locate.
  OneFrameDevice(const DeviceFactory& make, const MeasureOptions& measure, bool faces_only);

  FrameDevice* operator->() const { return device_.get(); }
  /// Into place 0 of slot 0, which must not be in flight. Throws DeviceError.
  void put(const FrameView& frame);

 private:
  std::unique_ptr<FrameDevice> device_;
  int width_ = 0;
  int height_ = 0;
};

/// BlazeFace on a GPU behind the interface of the CPU's, one frame at a time: for `detect` and
/// `evaluate`. At most kMaxFaces faces per frame. clone() makes a device of its own.
std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options);

}  // namespace eyelid::gpu
