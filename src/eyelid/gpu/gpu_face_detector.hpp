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

/// BlazeFace on a GPU behind the interface of the CPU's, one frame at a time: for `detect` and
/// `evaluate`. At most kMaxFaces faces per frame. clone() makes a device of its own.
std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options);

}  // namespace eyelid::gpu
