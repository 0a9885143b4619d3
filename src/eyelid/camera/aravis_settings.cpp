// SPDX-License-Identifier: MIT
#include "eyelid/camera/aravis_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "eyelid/camera/aravis_handles.hpp"
#include "eyelid/camera/setting_sentences.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::camera {
namespace {

struct KnownGenicamFormat {
  ArvPixelFormat format;
  PixelLayout layout;
};

// What costs the bus and the processor least comes first.
constexpr KnownGenicamFormat kKnownGenicamFormats[] = {
    {ARV_PIXEL_FORMAT_MONO_8, PixelLayout::Gray8},
    {ARV_PIXEL_FORMAT_MONO_10, PixelLayout::Gray10},
    {ARV_PIXEL_FORMAT_MONO_12, PixelLayout::Gray12},
    {ARV_PIXEL_FORMAT_MONO_14, PixelLayout::Gray14},
    {ARV_PIXEL_FORMAT_MONO_16, PixelLayout::Gray16},
    {ARV_PIXEL_FORMAT_YUV_422_YUYV_PACKED, PixelLayout::Yuyv},
    {ARV_PIXEL_FORMAT_YUV_422_PACKED, PixelLayout::Uyvy},
};

[[noreturn]] void refuse_camera(const CameraInfo& info, const char* what, const ArvError& error) {
  throw InputError(
      fmt::format("{}: {}: {}, expected a camera that answers", info.address, what, error.text()));
}

PixelLayout set_pixel_format(ArvCamera* camera, CameraInfo& info) {
  ArvError error;
  guint count = 0;
  gint64* const list = arv_camera_dup_available_pixel_formats(camera, &count, error.out());
  const std::vector<gint64> offered(list, list + (list == nullptr ? 0 : count));
  g_free(list);
  if (error) refuse_camera(info, "asked for its pixel formats", error);
  for (const auto& [format, layout] : kKnownGenicamFormats) {
    if (std::find(offered.begin(), offered.end(), gint64{format}) == offered.end()) continue;
    arv_camera_set_pixel_format(camera, format, error.out());
    if (error) refuse_camera(info, "setting its pixel format", error);
    const char* const name = arv_camera_get_pixel_format_as_string(camera, nullptr);
    info.pixel_format = name == nullptr ? "" : name;
    return layout;
  }
  throw InputError(info.address +
                   ": no gray or YUV format, expected Mono8 to Mono16, YUV422, or YUYV");
}

// The largest value of min, min + step, ... up to `wanted` and max.
int within_steps(int wanted, int low, int high, int step) {
  const int inside = std::clamp(wanted, low, std::max(low, high));
  return low + (inside - low) / std::max(step, 1) * std::max(step, 1);
}

void set_region(ArvCamera* camera, const std::optional<Region>& asked, CameraInfo& info) {
  ArvError error;
  if (asked) {
    int low = 0;
    int high = 0;
    Region fitting = *asked;
    int sensor_width = 0;
    int sensor_height = 0;
    arv_camera_get_sensor_size(camera, &sensor_width, &sensor_height, nullptr);
    arv_camera_get_width_bounds(camera, &low, &high, nullptr);
    fitting.width = within_steps(asked->width,
                                 low,
                                 std::max(high, sensor_width),
                                 arv_camera_get_width_increment(camera, nullptr));
    arv_camera_get_height_bounds(camera, &low, &high, nullptr);
    fitting.height = within_steps(asked->height,
                                  low,
                                  std::max(high, sensor_height),
                                  arv_camera_get_height_increment(camera, nullptr));
    fitting.x = within_steps(asked->x,
                             0,
                             sensor_width - fitting.width,
                             arv_camera_get_x_offset_increment(camera, nullptr));
    fitting.y = within_steps(asked->y,
                             0,
                             sensor_height - fitting.height,
                             arv_camera_get_y_offset_increment(camera, nullptr));
    arv_camera_set_region(camera, fitting.x, fitting.y, fitting.width, fitting.height, error.out());
    if (error) {
      info.warnings.push_back(
          fmt::format("region: {} asked, the camera refuses ({})", describe(*asked), error.text()));
    }
  }
  Region granted;
  arv_camera_get_region(
      camera, &granted.x, &granted.y, &granted.width, &granted.height, error.out());
  if (error || granted.width < 1 || granted.height < 1) {
    refuse_camera(info, "asked for its region", error);
  }
  if (asked) warn_of_region(*asked, granted, info.warnings);
  info.width = granted.width;
  info.height = granted.height;
}

void set_exposure(ArvCamera* camera, std::optional<double> asked, CameraInfo& info) {
  if (!arv_camera_is_exposure_time_available(camera, nullptr)) {
    if (asked) info.warnings.push_back(no_such_setting("exposure"));
    return;
  }
  ArvError error;
  if (asked) {
    if (arv_camera_is_exposure_auto_available(camera, nullptr)) {
      arv_camera_set_exposure_time_auto(camera, ARV_AUTO_OFF, nullptr);
    }
    double low = *asked;
    double high = *asked;
    arv_camera_get_exposure_time_bounds(camera, &low, &high, nullptr);
    arv_camera_set_exposure_time(camera, std::clamp(*asked, low, std::max(low, high)), error.out());
    if (error) info.warnings.push_back(setting_refused("exposure", *asked, "us", error.text()));
  }
  const double granted = arv_camera_get_exposure_time(camera, error.out());
  if (error) return;
  info.exposure_us = granted;
  // Exposures come in steps of a row's time.
  if (asked) warn_of_difference("exposure", *asked, granted, "us", 0.02, info.warnings);
}

void set_gain(ArvCamera* camera, std::optional<double> asked, CameraInfo& info) {
  if (!arv_camera_is_gain_available(camera, nullptr)) {
    if (asked) info.warnings.push_back(no_such_setting("gain"));
    return;
  }
  ArvError error;
  if (asked) {
    if (arv_camera_is_gain_auto_available(camera, nullptr)) {
      arv_camera_set_gain_auto(camera, ARV_AUTO_OFF, nullptr);
    }
    double low = *asked;
    double high = *asked;
    arv_camera_get_gain_bounds(camera, &low, &high, nullptr);
    arv_camera_set_gain(camera, std::clamp(*asked, low, std::max(low, high)), error.out());
    if (error) info.warnings.push_back(setting_refused("gain", *asked, "", error.text()));
  }
  const double granted = arv_camera_get_gain(camera, error.out());
  if (error) return;
  info.gain = granted;
  if (asked) warn_of_difference("gain", *asked, granted, "", 0.02, info.warnings);
}

bool waits_for_trigger(ArvCamera* camera) {
  if (!arv_camera_is_feature_available(camera, "TriggerMode", nullptr)) return false;
  const char* const mode = arv_camera_get_string(camera, "TriggerMode", nullptr);
  return mode != nullptr && std::string(mode) == "On";
}

void set_rate(ArvCamera* camera, std::optional<double> asked, CameraInfo& info) {
  if (asked) {
    // This turns triggers off; a camera that is triggered from outside is asked for no rate.
    ArvError error;
    arv_camera_set_frame_rate(camera, *asked, error.out());
    if (error) {
      info.warnings.push_back(setting_refused("frame rate", *asked, "frames/s", error.text()));
    }
  } else if (waits_for_trigger(camera)) {
    info.warnings.push_back("this camera waits for a trigger at its input; its rate is not known");
    return;
  }
  ArvError error;
  const double granted = arv_camera_get_frame_rate(camera, error.out());
  if (error || !(granted > 0.0)) {
    if (asked) info.warnings.push_back(no_such_setting("frame rate"));
    return;
  }
  info.frames_per_second = granted;
  if (asked) warn_of_difference("frame rate", *asked, granted, "frames/s", 0.001, info.warnings);
}

// Linux gives a socket 0.2 MB by default: at 500 frames/s of 640x480 that is 1.4 ms.
void warn_of_small_sockets(std::vector<std::string>& warnings) {
  constexpr long kEnough_bytes = 4l << 20;
  long largest = 0;
  if (std::ifstream file("/proc/sys/net/core/rmem_max"); !(file >> largest)) return;
  if (largest >= kEnough_bytes) return;
  warnings.push_back(fmt::format(
      "the system limits network buffers to {} bytes, packets may be lost while the computer is "
      "busy; expected at least {} (sysctl -w net.core.rmem_max=33554432)",
      largest,
      kEnough_bytes));
}

void set_packet_size(ArvCamera* camera, std::optional<int> asked, CameraInfo& info) {
  if (!arv_camera_is_gv_device(camera)) {
    if (asked) info.warnings.push_back(no_such_setting("packet size"));
    return;
  }
  warn_of_small_sockets(info.warnings);
  ArvError error;
  if (asked) {
    arv_camera_gv_set_packet_size(camera, *asked, error.out());
    if (error) {
      info.warnings.push_back(setting_refused("packet size", *asked, "bytes", error.text()));
    }
  } else {
    // The largest that passes the network, found by test packets.
    arv_camera_gv_auto_packet_size(camera, nullptr);
  }
  const guint granted = arv_camera_gv_get_packet_size(camera, error.out());
  if (error) return;
  info.packet_size = static_cast<int>(granted);
  if (asked) warn_of_difference("packet size", *asked, granted, "bytes", 0.0, info.warnings);
}

}  // namespace

PixelLayout set_aravis_camera(ArvCamera* camera, const CameraSettings& asked, CameraInfo& info) {
  ArvError error;
  arv_camera_set_acquisition_mode(camera, ARV_ACQUISITION_MODE_CONTINUOUS, error.out());
  if (error) refuse_camera(info, "setting continuous acquisition", error);
  set_region(camera, asked.region, info);
  const PixelLayout layout = set_pixel_format(camera, info);
  set_exposure(camera, asked.exposure_us, info);
  set_gain(camera, asked.gain, info);
  set_rate(camera, asked.frames_per_second, info);
  set_packet_size(camera, asked.packet_size, info);
  return layout;
}

}  // namespace eyelid::camera
