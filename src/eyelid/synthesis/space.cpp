// SPDX-License-Identifier: MIT
#include "eyelid/synthesis/space.hpp"

#include <numbers>

namespace eyelid::synthesis {

RigidMotion world_from_head(const HeadPose& pose) {
  constexpr float kRadians = std::numbers::pi_v<float> / 180.0f;
  // The head turns about the top of the neck, not about the eyes.
  constexpr Vector3 kPivot{0.0f, 50.0f, -85.0f};
  const float cy = std::cos(pose.yaw_deg * kRadians), sy = std::sin(pose.yaw_deg * kRadians);
  const float cp = std::cos(pose.pitch_deg * kRadians), sp = std::sin(pose.pitch_deg * kRadians);
  const float cr = std::cos(pose.roll_deg * kRadians), sr = std::sin(pose.roll_deg * kRadians);
  // roll (about z) after pitch (about x) after yaw (about y)
  const Vector3 yaw_x{cy, 0, sy}, yaw_y{0, 1, 0}, yaw_z{-sy, 0, cy};
  const Vector3 tilt_y = yaw_y * cp + yaw_z * sp;
  RigidMotion motion;
  motion.row_x = yaw_x * cr - tilt_y * sr;
  motion.row_y = yaw_x * sr + tilt_y * cr;
  motion.row_z = yaw_z * cp - yaw_y * sp;
  motion.offset = kPivot - motion.turn(kPivot) + pose.shift_mm;
  return motion;
}

}  // namespace eyelid::synthesis
