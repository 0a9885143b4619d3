// SPDX-License-Identifier: MIT
#include "eyelid/camera/v4l2_controls.hpp"

#include <linux/videodev2.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "eyelid/camera/setting_sentences.hpp"

namespace eyelid::camera {
namespace {

// The kernel's unit of V4L2_CID_EXPOSURE_ABSOLUTE.
constexpr double kExposureUnit_us = 100.0;

std::optional<double> control_value(const V4l2Device& device, std::uint32_t id) {
  v4l2_control control = {};
  control.id = id;
  if (device.call(VIDIOC_G_CTRL, &control) != 0) return {};
  return control.value;
}

bool has_control(const V4l2Device& device, std::uint32_t id) {
  v4l2_queryctrl query = {};
  query.id = id;
  return device.call(VIDIOC_QUERYCTRL, &query) == 0 && (query.flags & V4L2_CTRL_FLAG_DISABLED) == 0;
}

// 0 or the errno. Values out of range become the nearest, as the kernel leaves that to drivers.
int set_control(const V4l2Device& device, std::uint32_t id, double value) {
  v4l2_queryctrl query = {};
  query.id = id;
  if (const int error = device.call(VIDIOC_QUERYCTRL, &query); error != 0) return error;
  v4l2_control control = {};
  control.id = id;
  control.value = static_cast<int>(std::clamp(
      std::round(value), static_cast<double>(query.minimum), static_cast<double>(query.maximum)));
  return device.call(VIDIOC_S_CTRL, &control);
}

struct Setting {
  const char* name;
  const char* unit;
  double unit_size;  // of the control, in the unit of the user
  std::uint32_t id;
  std::uint32_t automatic;  // control that must be switched to manual first
  int manual_value;
};

std::optional<double> set_and_read(const V4l2Device& device,
                                   const Setting& setting,
                                   std::optional<double> asked,
                                   std::vector<std::string>& warnings) {
  if (!has_control(device, setting.id)) {
    if (asked) warnings.push_back(no_such_setting(setting.name));
    return {};
  }
  if (asked) {
    if (has_control(device, setting.automatic)) {
      set_control(device, setting.automatic, setting.manual_value);
    }
    if (const int error = set_control(device, setting.id, *asked / setting.unit_size); error != 0) {
      warnings.push_back(setting_refused(setting.name, *asked, setting.unit, std::strerror(error)));
    }
  }
  std::optional<double> granted = control_value(device, setting.id);
  if (granted) *granted *= setting.unit_size;
  if (asked && granted) {
    warn_of_difference(setting.name, *asked, *granted, setting.unit, 0.001, warnings);
  }
  return granted;
}

}  // namespace

void set_v4l2_controls(const V4l2Device& device, const CameraSettings& asked, CameraInfo& info) {
  // In dim light, cameras with this control would lower the rate to expose longer.
  if (asked.frames_per_second && has_control(device, V4L2_CID_EXPOSURE_AUTO_PRIORITY)) {
    set_control(device, V4L2_CID_EXPOSURE_AUTO_PRIORITY, 0);
  }
  info.exposure_us = set_and_read(device,
                                  {"exposure",
                                   "us",
                                   kExposureUnit_us,
                                   V4L2_CID_EXPOSURE_ABSOLUTE,
                                   V4L2_CID_EXPOSURE_AUTO,
                                   V4L2_EXPOSURE_MANUAL},
                                  asked.exposure_us,
                                  info.warnings);
  const std::uint32_t gain =
      has_control(device, V4L2_CID_GAIN) ? V4L2_CID_GAIN : V4L2_CID_ANALOGUE_GAIN;
  info.gain = set_and_read(
      device, {"gain", "", 1.0, gain, V4L2_CID_AUTOGAIN, 0}, asked.gain, info.warnings);
}

std::optional<Region> set_v4l2_region(const V4l2Device& device, const Region& asked) {
  v4l2_selection selection = {};
  selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  selection.target = V4L2_SEL_TGT_CROP;
  selection.r = {asked.x,
                 asked.y,
                 static_cast<std::uint32_t>(asked.width),
                 static_cast<std::uint32_t>(asked.height)};
  if (device.call(VIDIOC_S_SELECTION, &selection) != 0) return {};
  return v4l2_region(device);
}

std::optional<Region> v4l2_region(const V4l2Device& device) {
  v4l2_selection selection = {};
  selection.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  selection.target = V4L2_SEL_TGT_CROP;
  if (device.call(VIDIOC_G_SELECTION, &selection) != 0) return {};
  return Region{selection.r.left,
                selection.r.top,
                static_cast<int>(selection.r.width),
                static_cast<int>(selection.r.height)};
}

}  // namespace eyelid::camera
