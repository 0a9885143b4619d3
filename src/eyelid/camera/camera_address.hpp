// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace eyelid::camera {

enum class CameraKind { Aravis, V4l2, Paced, Synthetic };

/// "KIND:PLACE", and "KIND:PLACE@FPS?lamp=udp:PORT" of what is played by the clock, where rate and
/// lamp may be missing.
struct CameraAddress {
  CameraKind kind = CameraKind::Paced;
  std::string place;  // device, file, seed; may be empty with Aravis: the first found
  std::optional<double> frames_per_second = {};
  std::optional<int> lamp_port = {};  // SimulatedLamp
};

/// Throws InputError: no or an unknown kind (the kinds are listed), no place, a rate out of
/// kMinRate .. kMaxRate, a port out of 1 .. 65535.
CameraAddress parse_address(const std::string& address);

/// Frames per second that can be asked for.
inline constexpr double kMinRate = 0.1;
inline constexpr double kMaxRate = 10000.0;

}  // namespace eyelid::camera
