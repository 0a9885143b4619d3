// SPDX-License-Identifier: MIT
#pragma once

namespace eyelid::camera {

/// Whether this build sees GenICam cameras (CMake option EYELID_ARAVIS).
bool is_built_with_aravis();

}  // namespace eyelid::camera
