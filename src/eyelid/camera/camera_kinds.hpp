// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/camera_address.hpp"

// One function per source; open_camera.cpp chooses. Settings are in range when they come here.
namespace eyelid::camera {

std::unique_ptr<Camera> open_paced(const CameraAddress& address, const CameraSettings& settings);
std::unique_ptr<Camera> open_synthetic(const CameraAddress& address,
                                       const CameraSettings& settings);
std::unique_ptr<Camera> open_v4l2(const std::string& device, const CameraSettings& settings);
std::unique_ptr<Camera> open_aravis(const std::string& id, const CameraSettings& settings);

std::vector<FoundCamera> list_v4l2();
std::vector<FoundCamera> list_aravis();

}  // namespace eyelid::camera
