// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

#include "fake_v4l2_settings.hpp"

namespace eyelid::testing {

/// The function of that name in the C library behind this one.
template <class Function>
Function* next_in_line(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// One device, for one user. The descriptor is an eventfd that counts finished buffers, so that
/// poll works unchanged; buffers lie in a memfd.
class FakeDevice {
 public:
  int open(const char* text, int flags) {
    settings_ = settings_from(text);
    descriptor_ =
        eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC | ((flags & O_NONBLOCK) != 0 ? EFD_NONBLOCK : 0));
    memory_ = memfd_create("fake_v4l2", MFD_CLOEXEC);
    format_ = settings_.formats.front();
    width_ = 640;
    height_ = 480;
    rate_ = 30;
    crop_ = {0, 0, width_, height_};
    exposure_ = 50;
    automatic_ = V4L2_EXPOSURE_APERTURE_PRIORITY;
    gain_ = 10;
    is_gone_ = false;
    return descriptor_;
  }
  void close() {
    stop();
    next_in_line<int(int)>("close")(memory_);
    descriptor_ = -1;
  }
  int descriptor() const { return descriptor_; }
  int memory() const { return memory_; }

  // As ioctl: 0, or -1 with errno.
  int control(unsigned long request, void* argument) {
    if (is_gone_) return fail(ENODEV);
    switch (request) {
      case VIDIOC_QUERYCAP:
        return query(*static_cast<v4l2_capability*>(argument));
      case VIDIOC_ENUM_FMT:
        return list(*static_cast<v4l2_fmtdesc*>(argument));
      case VIDIOC_ENUM_FRAMESIZES:
        return list(*static_cast<v4l2_frmsizeenum*>(argument));
      case VIDIOC_ENUM_FRAMEINTERVALS:
        return list(*static_cast<v4l2_frmivalenum*>(argument));
      case VIDIOC_G_FMT:
        return describe(*static_cast<v4l2_format*>(argument));
      case VIDIOC_S_FMT:
        return set(*static_cast<v4l2_format*>(argument));
      case VIDIOC_G_PARM:
        return describe(*static_cast<v4l2_streamparm*>(argument));
      case VIDIOC_S_PARM:
        return set(*static_cast<v4l2_streamparm*>(argument));
      case VIDIOC_S_SELECTION:
        return set(*static_cast<v4l2_selection*>(argument));
      case VIDIOC_G_SELECTION:
        return describe(*static_cast<v4l2_selection*>(argument));
      case VIDIOC_QUERYCTRL:
        return query(*static_cast<v4l2_queryctrl*>(argument));
      case VIDIOC_G_CTRL:
        return describe(*static_cast<v4l2_control*>(argument));
      case VIDIOC_S_CTRL:
        return set(*static_cast<v4l2_control*>(argument));
      case VIDIOC_REQBUFS:
        return reserve(*static_cast<v4l2_requestbuffers*>(argument));
      case VIDIOC_QUERYBUF:
        return describe(*static_cast<v4l2_buffer*>(argument));
      case VIDIOC_QBUF:
        return queue(*static_cast<v4l2_buffer*>(argument));
      case VIDIOC_DQBUF:
        return take(*static_cast<v4l2_buffer*>(argument));
      case VIDIOC_STREAMON:
        return start();
      case VIDIOC_STREAMOFF:
        return stop();
      default:
        return fail(ENOTTY);
    }
  }

 private:
  static int fail(int error) {
    errno = error;
    return -1;
  }
  unsigned max_rate(unsigned fourcc, unsigned width) const {
    for (const FakeFormat& f : settings_.formats) {
      if (f.fourcc == fourcc) return width <= 320 ? 2 * f.max_rate : f.max_rate;
    }
    return 0;
  }
  std::size_t buffer_size() const {
    return (std::size_t{width_} * height_ * 2 + 4095) / 4096 * 4096;
  }

  int query(v4l2_capability& c) {
    c = {};
    std::strcpy(reinterpret_cast<char*>(c.driver), "fake_v4l2");
    std::strcpy(reinterpret_cast<char*>(c.card), "Test camera");
    std::strcpy(reinterpret_cast<char*>(c.bus_info), "platform:fake");
    c.device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
    c.capabilities = c.device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
  }
  int list(v4l2_fmtdesc& f) {
    if (f.index >= settings_.formats.size()) return fail(EINVAL);
    f.pixelformat = settings_.formats[f.index].fourcc;
    return 0;
  }
  int list(v4l2_frmsizeenum& f) {
    if (settings_.has_crop) {
      if (f.index > 0) return fail(EINVAL);
      f.type = V4L2_FRMSIZE_TYPE_STEPWISE;
      f.stepwise = {8, 640, 8, 8, 480, 8};
      return 0;
    }
    if (f.index > 1 || max_rate(f.pixel_format, 640) == 0) return fail(EINVAL);
    f.type = V4L2_FRMSIZE_TYPE_DISCRETE;
    f.discrete = f.index == 0 ? v4l2_frmsize_discrete{640, 480} : v4l2_frmsize_discrete{320, 240};
    return 0;
  }
  int list(v4l2_frmivalenum& f) {
    if (f.index > 1) return fail(EINVAL);
    f.type = V4L2_FRMIVAL_TYPE_DISCRETE;
    f.discrete = {1, f.index == 0 ? max_rate(f.pixel_format, f.width) : 30};
    return 0;
  }
  int describe(v4l2_format& f) {
    f.fmt.pix = {};
    f.fmt.pix.width = width_;
    f.fmt.pix.height = height_;
    f.fmt.pix.pixelformat = format_.fourcc;
    f.fmt.pix.field = V4L2_FIELD_NONE;
    const bool is_planar =
        format_.fourcc == V4L2_PIX_FMT_GREY || format_.fourcc == V4L2_PIX_FMT_NV12;
    f.fmt.pix.bytesperline =
        format_.fourcc == V4L2_PIX_FMT_MJPEG ? 0 : width_ * (is_planar ? 1 : 2);
    f.fmt.pix.sizeimage = static_cast<unsigned>(buffer_size());
    return 0;
  }
  int set(v4l2_format& f) {
    if (settings_.is_busy) return fail(EBUSY);
    for (const FakeFormat& offered : settings_.formats) {
      if (offered.fourcc == f.fmt.pix.pixelformat) format_ = offered;
    }
    if (settings_.has_crop) {
      width_ = crop_.width;
      height_ = crop_.height;
    } else {
      width_ = f.fmt.pix.width <= 320 ? 320 : 640;
      height_ = f.fmt.pix.width <= 320 ? 240 : 480;
    }
    return describe(f);
  }
  int describe(v4l2_streamparm& p) {
    p.parm.capture = {};
    p.parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    p.parm.capture.timeperframe = {1, rate_};
    return 0;
  }
  int set(v4l2_streamparm& p) {
    const v4l2_fract& asked = p.parm.capture.timeperframe;
    if (asked.numerator != 0)
      rate_ = std::min(asked.denominator / asked.numerator, max_rate(format_.fourcc, width_));
    return describe(p);
  }
  int describe(v4l2_selection& s) {
    if (!settings_.has_crop) return fail(ENOTTY);
    s.r = {crop_.left, crop_.top, crop_.width, crop_.height};
    return 0;
  }
  int set(v4l2_selection& s) {
    if (!settings_.has_crop) return fail(ENOTTY);
    crop_ = {s.r.left / 8 * 8,
             s.r.top / 8 * 8,
             std::min(s.r.width / 8 * 8, 640u),
             std::min(s.r.height / 8 * 8, 480u)};
    return describe(s);
  }

  int* value_of(unsigned id) {
    if (id == V4L2_CID_EXPOSURE_ABSOLUTE) return &exposure_;
    if (id == V4L2_CID_EXPOSURE_AUTO) return &automatic_;
    if (id == V4L2_CID_GAIN) return &gain_;
    return nullptr;
  }
  int query(v4l2_queryctrl& q) {
    if (value_of(q.id) == nullptr) return fail(EINVAL);
    q.minimum = 0;
    q.maximum = 100;
    q.flags = 0;
    return 0;
  }
  int describe(v4l2_control& c) {
    const int* const value = value_of(c.id);
    if (value == nullptr) return fail(EINVAL);
    c.value = *value;
    return 0;
  }
  int set(v4l2_control& c) {
    int* const value = value_of(c.id);
    if (value == nullptr) return fail(EINVAL);
    // As a UVC camera: the exposure cannot be set while the camera sets it.
    if (settings_.refuses_controls || (value == &exposure_ && automatic_ != V4L2_EXPOSURE_MANUAL))
      return fail(EACCES);
    *value = c.value;
    return 0;
  }

  int reserve(v4l2_requestbuffers& r) {
    r.count = std::min(r.count, 32u);  // as the kernel
    count_ = r.count;
    return ftruncate(memory_, static_cast<off_t>(count_ * buffer_size()));
  }
  int describe(v4l2_buffer& b) {
    if (b.index >= count_) return fail(EINVAL);
    b.length = static_cast<unsigned>(buffer_size());
    b.m.offset = static_cast<unsigned>(b.index * buffer_size());
    b.flags =
        settings_.is_stamped ? V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC : V4L2_BUF_FLAG_TIMESTAMP_UNKNOWN;
    return 0;
  }
  int queue(const v4l2_buffer& b) {
    if (b.index >= count_) return fail(EINVAL);
    const std::lock_guard lock(mutex_);
    queued_.push_back(b.index);
    changed_.notify_all();
    return 0;
  }
  int take(v4l2_buffer& b) {
    std::uint64_t one = 0;
    if (next_in_line<ssize_t(int, void*, std::size_t)>("read")(descriptor_, &one, sizeof one) < 0)
      return -1;
    const std::lock_guard lock(mutex_);
    if (done_.empty()) {
      is_gone_ = true;
      return fail(ENODEV);
    }
    b = done_.front();
    done_.pop_front();
    return 0;
  }
  int start() {
    is_streaming_ = true;
    producer_ = std::thread([this] { produce(); });
    return 0;
  }
  int stop() {
    {
      const std::lock_guard lock(mutex_);
      is_streaming_ = false;
      changed_.notify_all();
    }
    if (producer_.joinable()) producer_.join();
    queued_.clear();
    done_.clear();
    return 0;
  }

  void produce() {
    auto due = std::chrono::steady_clock::now();
    for (long i = 0;; ++i) {
      due += std::chrono::nanoseconds(1'000'000'000 / rate_);
      std::this_thread::sleep_until(due);
      std::unique_lock lock(mutex_);
      if (i == settings_.unplug_after) {
        eventfd_write(descriptor_, 1);  // poll wakes, and there is no buffer
        return;
      }
      if (settings_.is_patient)
        changed_.wait(lock, [this] { return !queued_.empty() || !is_streaming_; });
      if (!is_streaming_) return;
      const bool is_lost = settings_.lose_every > 0 && (i + 1) % settings_.lose_every == 0;
      if (!is_lost && !queued_.empty()) finish(i);
    }
  }
  void finish(long i) {
    const unsigned sequence = settings_.first_sequence + static_cast<unsigned>(i);
    std::vector<unsigned char> bytes = picture_bytes(format_.fourcc, width_, height_, sequence);
    if (settings_.cut_every > 0 && (i + 1) % settings_.cut_every == 0)
      bytes.resize(bytes.size() / 2);
    v4l2_buffer b = {};
    b.index = queued_.front();
    queued_.pop_front();
    describe(b);
    b.bytesused = static_cast<unsigned>(bytes.size());
    b.sequence = sequence;
    if (settings_.error_every > 0 && (i + 1) % settings_.error_every == 0)
      b.flags |= V4L2_BUF_FLAG_ERROR;
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (settings_.is_stamped) b.timestamp = {now.tv_sec, now.tv_nsec / 1000};
    if (pwrite(memory_, bytes.data(), bytes.size(), static_cast<off_t>(b.m.offset)) < 0)
      b.flags |= V4L2_BUF_FLAG_ERROR;
    done_.push_back(b);
    eventfd_write(descriptor_, 1);
  }

  FakeSettings settings_;
  int descriptor_ = -1;
  int memory_ = -1;
  FakeFormat format_ = {};
  unsigned width_ = 640, height_ = 480, rate_ = 30;
  v4l2_rect crop_ = {};
  int exposure_ = 0, automatic_ = 0, gain_ = 0;
  unsigned count_ = 0;
  bool is_gone_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<unsigned> queued_;
  std::deque<v4l2_buffer> done_;
  bool is_streaming_ = false;
  std::thread producer_;
};

}  // namespace eyelid::testing
