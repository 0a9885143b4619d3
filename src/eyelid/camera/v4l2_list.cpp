// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <linux/videodev2.h>

#include <algorithm>

#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/camera/v4l2_device.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

std::string describe_mode(const V4l2Mode& mode) {
  std::string text = fmt::format("{}x{}", mode.width, mode.height);
  if (!mode.rates.empty()) text += fmt::format("@{:.6g}", mode.rates.front());
  return text;
}

// "GREY 640x480@500 320x240@1000, MJPG 1920x1080@30": of each size the highest rate.
std::string describe_modes(const V4l2Device& device) {
  v4l2_format current = {};
  current.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  device.call(VIDIOC_G_FMT, &current);
  std::string text;
  std::uint32_t fourcc = 0;
  for (const V4l2Mode& mode : list_modes(device,
                                         static_cast<int>(current.fmt.pix.width),
                                         static_cast<int>(current.fmt.pix.height))) {
    if (mode.fourcc != fourcc) {
      fourcc = mode.fourcc;
      if (!text.empty()) text += ", ";
      text += fourcc_text(fourcc);
    }
    text += ' ';
    text += describe_mode(mode);
  }
  return text.empty() ? "no gray or YUV format" : text;
}

}  // namespace

std::vector<FoundCamera> list_v4l2() {
  constexpr int kMaxNodes = 256;  // of the kernel
  std::vector<FoundCamera> found;
  for (int i = 0; i < kMaxNodes; ++i) {
    const std::string path = fmt::format("/dev/video{}", i);
    try {
      const V4l2Device device(path);
      found.push_back({"v4l2:" + path, device.name(), describe_modes(device)});
    } catch (const InputError&) {
      continue;  // absent, of another user, or an output
    }
  }
  return found;
}

}  // namespace eyelid::camera
