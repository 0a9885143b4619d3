// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eyelid/camera/camera.hpp"

// What was asked of a camera and not granted, as sentences for CameraInfo::warnings.
namespace eyelid::camera {

/// "x,y,width,height"
std::string describe(const Region& region);

/// "exposure asked, but this camera has none to set"
std::string no_such_setting(const std::string& name);
/// "exposure: 1500 us asked, the camera refuses (Device busy)"
std::string setting_refused(const std::string& name,
                            double asked,
                            const std::string& unit,
                            const std::string& reason);
/// "exposure: 1500 us asked, the camera set 1400 us", where they differ by more than `tolerance`, a
/// share of what was asked.
void warn_of_difference(const std::string& name,
                        double asked,
                        double granted,
                        const std::string& unit,
                        double tolerance,
                        std::vector<std::string>& warnings);
void warn_of_region(const Region& asked, const Region& granted, std::vector<std::string>& warnings);

}  // namespace eyelid::camera
