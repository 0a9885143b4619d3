// SPDX-License-Identifier: MIT
#pragma once

#include <arv.h>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/gray_reader.hpp"

namespace eyelid::camera {

/// Sets region, pixel format, exposure, gain, rate, and packet size, in this order because each
/// bounds those behind it, and reads them back into `info` (address set before). Values out of
/// bounds become the nearest, with a warning.
///
/// Throws InputError: no gray or YUV format; a camera that does not answer.
PixelLayout set_aravis_camera(ArvCamera* camera, const CameraSettings& asked, CameraInfo& info);

}  // namespace eyelid::camera
