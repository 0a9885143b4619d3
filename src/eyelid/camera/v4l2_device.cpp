// SPDX-License-Identifier: MIT
#include "eyelid/camera/v4l2_device.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

template <std::size_t kSize>
std::string text_of(const std::uint8_t (&field)[kSize]) {
  const char* const text = reinterpret_cast<const char*>(field);
  return std::string(text, strnlen(text, kSize));
}

std::string reason_to_open(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "no such camera, expected one that `eyelid cameras` lists";
    case EACCES:
    case EPERM:
      return "no right to open it, expected a user of its group (often \"video\")";
    default:
      return fmt::format("cannot be opened ({}), expected a camera", std::strerror(error));
  }
}

}  // namespace

V4l2Device::V4l2Device(std::string path)
    : path_(std::move(path)), descriptor_(open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) throw InputError("v4l2:" + path_ + ": " + reason_to_open(errno));
  try {
    require_capture();
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

void V4l2Device::require_capture() {
  v4l2_capability capability = {};
  if (call(VIDIOC_QUERYCAP, &capability) != 0) {
    throw InputError("v4l2:" + path_ + ": not a video device, expected a camera of the kernel");
  }
  name_ = text_of(capability.card) + " (" + text_of(capability.bus_info) + ")";
  const std::uint32_t offered = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0
                                    ? capability.device_caps
                                    : capability.capabilities;
  constexpr std::uint32_t kNeeded = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  if ((offered & kNeeded) == kNeeded) return;
  const bool has_planes = (offered & V4L2_CAP_VIDEO_CAPTURE_MPLANE) != 0;
  throw InputError(fmt::format("v4l2:{}: {} {}, expected a camera that streams single planes",
                               path_,
                               name_,
                               has_planes ? "sends several planes" : "does not capture"));
}

V4l2Device::~V4l2Device() { close(descriptor_); }

int V4l2Device::call(unsigned long request, void* argument) const {
  for (;;) {
    if (ioctl(descriptor_, request, argument) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

void V4l2Device::demand(unsigned long request, void* argument, const std::string& what) const {
  if (const int error = call(request, argument); error != 0) refuse(what, error);
}

void V4l2Device::refuse(const std::string& what, int error) const {
  const char* expected = "a camera that is free and plugged in";
  if (error == ENOSPC) expected = "a lower rate or size, or a USB port of its own";
  throw InputError(
      fmt::format("v4l2:{}: {}: {}, expected {}", path_, what, std::strerror(error), expected));
}

}  // namespace eyelid::camera
