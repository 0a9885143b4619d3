// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "eyelid/camera/camera_kinds.hpp"
#include "eyelid/camera/frame_number.hpp"
#include "eyelid/camera/setting_sentences.hpp"
#include "eyelid/camera/v4l2_buffers.hpp"
#include "eyelid/camera/v4l2_controls.hpp"
#include "eyelid/camera/v4l2_device.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::camera {
namespace {

constexpr unsigned kBuffersAsked = 64;  // the kernel grants 32 at most today

class V4l2Camera final : public Camera {
 public:
  V4l2Camera(const std::string& path, const CameraSettings& asked);
  ~V4l2Camera() override { stop(); }

  const CameraInfo& info() const override { return info_; }
  void start() override;
  Arrival next(CameraFrame& frame, std::chrono::milliseconds timeout) override;
  void release() override;
  std::string driver_statistics() const override;

 private:
  void set_format(const CameraSettings& asked, const std::optional<Region>& of_sensor);
  void set_rate(std::optional<double> asked);
  void place_region(const std::optional<Region>& asked, const std::optional<Region>& of_sensor);
  void queue(std::uint32_t index);
  void hand_over(CameraFrame& frame);
  void stop();

  V4l2Device device_;
  CameraInfo info_;
  v4l2_pix_format format_ = {};
  PixelLayout layout_ = PixelLayout::Gray8;
  Region cut_;  // of the picture that comes
  std::optional<V4l2Buffers> buffers_;
  std::optional<GrayReader> reader_;
  SequenceNumber numbers_;
  v4l2_buffer held_ = {};
  bool is_held_ = false;
  bool is_running_ = false;
  bool is_gone_ = false;
  std::uint64_t incomplete_ = 0;
};

V4l2Camera::V4l2Camera(const std::string& path, const CameraSettings& asked) : device_(path) {
  info_.address = "v4l2:" + path;
  info_.name = device_.name();
  // The region first: it decides which sizes and rates there are.
  std::optional<Region> of_sensor;
  if (asked.region) of_sensor = set_v4l2_region(device_, *asked.region);
  set_format(asked, of_sensor);
  if (of_sensor) of_sensor = v4l2_region(device_);  // setting a format may move it
  place_region(asked.region, of_sensor);
  set_rate(asked.frames_per_second);
  set_v4l2_controls(device_, asked, info_);
  if (asked.packet_size) info_.warnings.push_back(no_such_setting("packet size"));
  buffers_.emplace(device_, kBuffersAsked);
  info_.clock = buffers_->is_stamped() ? "system (driver)" : "arrival";
  if (!buffers_->is_stamped()) {
    info_.warnings.push_back(
        "this driver does not stamp frames, their times are those of their arrival");
  }
  reader_.emplace(layout_, static_cast<int>(format_.width), static_cast<int>(format_.height));
}

void V4l2Camera::set_format(const CameraSettings& asked, const std::optional<Region>& of_sensor) {
  v4l2_format current = {};
  current.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  device_.demand(VIDIOC_G_FMT, &current, "asked for its format");
  v4l2_format wanted = current;
  const bool is_free =
      asked.frames_per_second || of_sensor || !layout_of_fourcc(current.fmt.pix.pixelformat);
  if (is_free) {
    const int width = of_sensor ? of_sensor->width : static_cast<int>(current.fmt.pix.width);
    const int height = of_sensor ? of_sensor->height : static_cast<int>(current.fmt.pix.height);
    const std::optional<V4l2Mode> mode =
        choose_mode(list_modes(device_, width, height), asked.frames_per_second, width, height);
    if (!mode) {
      throw InputError(info_.address +
                       ": no gray or YUV format, expected GREY, Y10 to Y16, YUYV, UYVY, NV12, "
                       "YU12, or MJPG");
    }
    wanted.fmt.pix = {};
    wanted.fmt.pix.pixelformat = mode->fourcc;
    wanted.fmt.pix.width = static_cast<std::uint32_t>(mode->width);
    wanted.fmt.pix.height = static_cast<std::uint32_t>(mode->height);
    wanted.fmt.pix.field = V4L2_FIELD_NONE;
  }
  device_.demand(VIDIOC_S_FMT, &wanted, "asked for " + fourcc_text(wanted.fmt.pix.pixelformat));
  format_ = wanted.fmt.pix;
  const std::optional<PixelLayout> layout = layout_of_fourcc(format_.pixelformat);
  if (!layout || format_.width == 0 || format_.height == 0) {
    throw InputError(fmt::format("{}: it set {} of {}x{} pixels, expected a gray or YUV format",
                                 info_.address,
                                 fourcc_text(format_.pixelformat),
                                 format_.width,
                                 format_.height));
  }
  layout_ = *layout;
  info_.pixel_format = fourcc_text(format_.pixelformat);
  if (format_.bytesperline == 0) {  // some drivers leave it out
    format_.bytesperline = format_.width * (layout_ == PixelLayout::Gray8 ? 1 : 2);
  }
}

// The part of what comes that was asked for. Where the sensor has no regions it is cut out here.
void V4l2Camera::place_region(const std::optional<Region>& asked,
                              const std::optional<Region>& of_sensor) {
  const int width = static_cast<int>(format_.width);
  const int height = static_cast<int>(format_.height);
  cut_ = {0, 0, width, height};
  if (asked && of_sensor) {
    warn_of_region(*asked, {of_sensor->x, of_sensor->y, width, height}, info_.warnings);
  } else if (asked) {
    if (asked->x + asked->width > width || asked->y + asked->height > height) {
      throw InputError(fmt::format("{}: region {} asked, expected one within its {}x{} pixels",
                                   info_.address,
                                   describe(*asked),
                                   width,
                                   height));
    }
    cut_ = *asked;
    info_.warnings.push_back(
        fmt::format("region: this camera has none to set; {} is cut out of its {}x{} pixels",
                    describe(*asked),
                    width,
                    height));
  }
  info_.width = cut_.width;
  info_.height = cut_.height;
}

void V4l2Camera::set_rate(std::optional<double> asked) {
  v4l2_streamparm parameters = {};
  parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  const bool says = device_.call(VIDIOC_G_PARM, &parameters) == 0 &&
                    (parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) != 0;
  if (!says) {
    if (asked) info_.warnings.push_back(no_such_setting("frame rate"));
    return;
  }
  v4l2_fract& interval = parameters.parm.capture.timeperframe;
  if (asked) {
    // Thousandths keep 29.97 and 59.94.
    interval = {1000, static_cast<std::uint32_t>(std::lround(*asked * 1000.0))};
    if (const int error = device_.call(VIDIOC_S_PARM, &parameters); error != 0) {
      info_.warnings.push_back(
          setting_refused("frame rate", *asked, "frames/s", std::strerror(error)));
    }
    device_.call(VIDIOC_G_PARM, &parameters);
  }
  if (interval.numerator == 0) return;
  info_.frames_per_second =
      static_cast<double>(interval.denominator) / static_cast<double>(interval.numerator);
  if (asked) {
    warn_of_difference(
        "frame rate", *asked, info_.frames_per_second, "frames/s", 0.001, info_.warnings);
  }
}

void V4l2Camera::queue(std::uint32_t index) {
  v4l2_buffer buffer = {};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  const int error = device_.call(VIDIOC_QBUF, &buffer);
  if (error != 0) is_gone_ = true;  // next() says so
}

void V4l2Camera::start() {
  EYELID_EXPECTS(!is_running_);
  for (std::uint32_t i = 0; i < buffers_->count(); ++i) queue(i);
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  device_.demand(VIDIOC_STREAMON, &type, "starting");
  is_running_ = true;
}

void V4l2Camera::stop() {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (is_running_) device_.call(VIDIOC_STREAMOFF, &type);
}

Arrival V4l2Camera::next(CameraFrame& frame, std::chrono::milliseconds timeout) {
  EYELID_EXPECTS(is_running_ && !is_held_);
  const std::int64_t deadline = monotonic_ns() + std::chrono::nanoseconds(timeout).count();
  while (!is_gone_) {
    held_ = {};
    held_.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    held_.memory = V4L2_MEMORY_MMAP;
    const int error = device_.call(VIDIOC_DQBUF, &held_);
    if (error == 0) {
      hand_over(frame);
      return Arrival::Frame;
    }
    // EIO: the driver met a passing fault, such as a lost signal.
    if (error != EAGAIN && error != EIO) break;
    const std::int64_t left_ns = deadline - monotonic_ns();
    if (left_ns <= 0) return Arrival::Timeout;
    pollfd waiting = {device_.descriptor(), POLLIN, 0};
    const timespec time = {left_ns / 1'000'000'000, left_ns % 1'000'000'000};
    if (ppoll(&waiting, 1, &time, nullptr) < 0 && errno == EINTR) return Arrival::Timeout;
    if (error == EIO || (waiting.revents & (POLLERR | POLLHUP)) != 0) {
      // Such a descriptor is always ready: without a pause this loop would turn a core.
      const timespec pause = {0, 1'000'000};
      nanosleep(&pause, nullptr);
    }
  }
  is_gone_ = true;
  return Arrival::Gone;
}

void V4l2Camera::hand_over(CameraFrame& frame) {
  is_held_ = true;
  frame.arrival_ns = monotonic_ns();
  frame.number = numbers_.unwrapped(held_.sequence);
  frame.exposure_ns = buffers_->is_stamped()
                          ? held_.timestamp.tv_sec * std::int64_t{1'000'000'000} +
                                held_.timestamp.tv_usec * std::int64_t{1000}
                          : frame.arrival_ns;
  frame.picture = {};
  if ((held_.flags & V4L2_BUF_FLAG_ERROR) == 0 && held_.index < buffers_->count()) {
    const std::size_t size = std::min<std::size_t>(held_.bytesused, buffers_->size(held_.index));
    const FrameView whole = reader_->read(
        {buffers_->bytes(held_.index), size, static_cast<std::ptrdiff_t>(format_.bytesperline)});
    if (!whole.is_empty()) {
      frame.picture = {whole.row(cut_.y) + cut_.x, cut_.width, cut_.height, whole.stride};
    }
  }
  if (frame.picture.is_empty()) ++incomplete_;
}

void V4l2Camera::release() {
  EYELID_EXPECTS(is_held_);
  is_held_ = false;
  queue(held_.index);
}

std::string V4l2Camera::driver_statistics() const {
  return fmt::format("{} buffers, {} frames incomplete", buffers_->count(), incomplete_);
}

}  // namespace

std::unique_ptr<Camera> open_v4l2(const std::string& device, const CameraSettings& settings) {
  return std::make_unique<V4l2Camera>(device, settings);
}

}  // namespace eyelid::camera
