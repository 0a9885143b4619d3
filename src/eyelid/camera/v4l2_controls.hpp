// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/v4l2_device.hpp"

namespace eyelid::camera {

/// Sets exposure and gain, turns off what would change them or the rate by itself, and reads back
/// what the device has: CameraInfo::exposure_us, gain, warnings.
void set_v4l2_controls(const V4l2Device& device, const CameraSettings& asked, CameraInfo& info);

/// Asks the sensor for a region; what it then reads, or nothing where it has no regions.
std::optional<Region> set_v4l2_region(const V4l2Device& device, const Region& asked);
std::optional<Region> v4l2_region(const V4l2Device& device);

}  // namespace eyelid::camera
