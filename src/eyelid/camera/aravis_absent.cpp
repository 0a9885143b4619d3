// SPDX-License-Identifier: MIT
// What a build without Aravis says.
#include "eyelid/camera/aravis_support.hpp"
#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::camera {

bool is_built_with_aravis() { return false; }

std::unique_ptr<Camera> open_aravis(const std::string& id, const CameraSettings&) {
  throw InputError("aravis:" + id +
                   ": this build has no Aravis, expected one made with libaravis-dev and "
                   "libusb-1.0-0-dev installed (CMake option EYELID_ARAVIS)");
}

std::vector<FoundCamera> list_aravis() { return {}; }

}  // namespace eyelid::camera
