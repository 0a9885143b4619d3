// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/camera_address.hpp"
#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

// Negated, so that NaN is refused too.
void check_settings(const std::string& address, const CameraSettings& asked) {
  const auto refuse = [&](const char* what, double value, const char* expected) {
    throw InputError(fmt::format("{}: {} {} asked, expected {}", address, what, value, expected));
  };
  if (asked.frames_per_second &&
      !(*asked.frames_per_second >= kMinRate && *asked.frames_per_second <= kMaxRate)) {
    refuse("frames/s", *asked.frames_per_second, "0.1 to 10000");
  }
  if (asked.exposure_us && !(*asked.exposure_us >= 1.0 && *asked.exposure_us <= 1e7)) {
    refuse("exposure in us", *asked.exposure_us, "1 to 10000000");
  }
  if (asked.gain && !(*asked.gain >= -1000.0 && *asked.gain <= 1e6)) {
    refuse("gain", *asked.gain, "-1000 to 1000000");
  }
  if (asked.packet_size && !(*asked.packet_size >= 576 && *asked.packet_size <= 16260)) {
    refuse("packet size", *asked.packet_size, "576 to 16260 bytes");
  }
  if (!asked.region) return;
  const Region& region = *asked.region;
  constexpr int kMaxSide = 16384;
  if (region.x < 0 || region.y < 0 || region.x > kMaxSide || region.y > kMaxSide ||
      region.width < 1 || region.height < 1 || region.width > kMaxSide ||
      region.height > kMaxSide) {
    throw InputError(
        fmt::format("{}: region {},{},{},{} asked, expected x, y from 0 and width, "
                    "height from 1, to {}",
                    address,
                    region.x,
                    region.y,
                    region.width,
                    region.height,
                    kMaxSide));
  }
}

}  // namespace

std::unique_ptr<Camera> open_camera(const std::string& address, const CameraSettings& settings) {
  const CameraAddress parsed = parse_address(address);
  check_settings(address, settings);
  switch (parsed.kind) {
    case CameraKind::Aravis:
      return open_aravis(parsed.place, settings);
    case CameraKind::V4l2:
      return open_v4l2(parsed.place, settings);
    case CameraKind::Paced:
      return open_paced(parsed, settings);
    case CameraKind::Synthetic:
      break;
  }
  return open_synthetic(parsed, settings);
}

std::vector<FoundCamera> list_cameras() {
  std::vector<FoundCamera> found = list_aravis();
  for (FoundCamera& camera : list_v4l2()) found.push_back(std::move(camera));
  return found;
}

}  // namespace eyelid::camera
