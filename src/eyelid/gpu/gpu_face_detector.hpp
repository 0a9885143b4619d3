// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>

#include "eyelid/detection/face_detector.hpp"
#include "eyelid/gpu/frame_device.hpp"

namespace eyelid::gpu {

FaceBox face_box(const FaceRecord& record);

/// Makes a device with the given number of slots and frames per batch.
using DeviceFactory =
    std::function<std::unique_ptr<FrameDevice>(const FrameDeviceOptions& options)>;

/// BlazeFace on a GPU behind the interface of the CPU's, one frame at a time: for `detect` and
/// `evaluate`. At most kMaxFaces faces per frame. clone() makes a device of its own.
std::unique_ptr<detection::FaceDetector> make_gpu_face_detector(DeviceFactory factory,
                                                                const MeasureOptions& options);

}  // namespace eyelid::gpu
