// SPDX-License-Identifier: MIT
#include "eyelid/camera/scheduled_camera.hpp"

#include <errno.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "eyelid/camera/setting_sentences.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::camera {
namespace {

Region region_within(const PictureLoop& pictures, const CameraSettings& asked, CameraInfo& info) {
  const Region whole{0, 0, pictures.width(), pictures.height()};
  if (!asked.region) return whole;
  if (asked.region->x >= whole.width || asked.region->y >= whole.height) {
    throw InputError(
        fmt::format("{}: region {} lies outside of its {}x{} pixels, expected one inside",
                    info.address,
                    describe(*asked.region),
                    whole.width,
                    whole.height));
  }
  Region granted = *asked.region;
  granted.width = std::min(granted.width, whole.width - granted.x);
  granted.height = std::min(granted.height, whole.height - granted.y);
  warn_of_region(*asked.region, granted, info.warnings);
  return granted;
}

// False when a signal came first.
bool sleep_until(std::int64_t time_ns) {
  const timespec time = {time_ns / 1'000'000'000, time_ns % 1'000'000'000};
  return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) != EINTR;
}

}  // namespace

ScheduledCamera::ScheduledCamera(CameraInfo info,
                                 std::unique_ptr<PictureLoop> pictures,
                                 const CameraSettings& settings,
                                 std::unique_ptr<SimulatedLamp> lamp)
    : info_(std::move(info)), pictures_(std::move(pictures)), lamp_(std::move(lamp)) {
  EYELID_EXPECTS(info_.frames_per_second > 0.0);
  period_ns_ = 1e9 / info_.frames_per_second;
  region_ = region_within(*pictures_, settings, info_);
  info_.width = region_.width;
  info_.height = region_.height;
  info_.clock = "schedule";
  if (settings.exposure_us) info_.warnings.push_back(no_such_setting("exposure"));
  if (settings.gain) info_.warnings.push_back(no_such_setting("gain"));
  if (settings.packet_size) info_.warnings.push_back(no_such_setting("packet size"));
}

void ScheduledCamera::start() {
  EYELID_EXPECTS(!is_running_);
  is_running_ = true;
  start_ns_ = monotonic_ns();
}

std::int64_t ScheduledCamera::due_ns(std::uint64_t number) const {
  return start_ns_ + static_cast<std::int64_t>(static_cast<double>(number + 1) * period_ns_);
}

void ScheduledCamera::expose_until(std::int64_t now) {
  for (; due_ns(exposed_) <= now; ++exposed_) {
    if (waiting_count_ + (is_held_ ? 1 : 0) == kBuffers) {
      ++lost_;
      continue;
    }
    waiting_[(first_waiting_ + waiting_count_) % kBuffers] = exposed_;
    ++waiting_count_;
  }
}

Arrival ScheduledCamera::next(CameraFrame& frame, std::chrono::milliseconds timeout) {
  EYELID_EXPECTS(is_running_ && !is_held_);
  const std::int64_t deadline = monotonic_ns() + std::chrono::nanoseconds(timeout).count();
  for (;;) {
    const std::int64_t now = monotonic_ns();
    expose_until(now);
    if (waiting_count_ > 0) break;
    if (now >= deadline || !sleep_until(std::min(due_ns(exposed_), deadline))) {
      return Arrival::Timeout;
    }
  }
  hand_over(frame);
  return Arrival::Frame;
}

void ScheduledCamera::hand_over(CameraFrame& frame) {
  const std::uint64_t number = waiting_[first_waiting_];
  first_waiting_ = (first_waiting_ + 1) % kBuffers;
  --waiting_count_;
  is_held_ = true;
  const PictureLoop::Picture picture = pictures_->picture(number);
  frame.number = number;
  frame.exposure_ns = due_ns(number);
  frame.arrival_ns = picture.came_late ? monotonic_ns() : frame.exposure_ns;
  if (picture.came_late) ++late_;
  frame.picture = {
      picture.view.row(region_.y) + region_.x, region_.width, region_.height, picture.view.stride};
  if (lamp_) frame.picture = lamp_->painted(frame.exposure_ns, frame.picture);
}

void ScheduledCamera::release() {
  EYELID_EXPECTS(is_held_);
  expose_until(monotonic_ns());  // what came while the buffer was taken finds it taken
  is_held_ = false;
}

std::string ScheduledCamera::driver_statistics() const {
  std::string text =
      fmt::format("{} frames exposed, {} lost for want of a buffer", exposed_, lost_);
  if (late_ > 0) text += fmt::format(", {} late because decoding is slower than the rate", late_);
  return text;
}

std::unique_ptr<SimulatedLamp> open_lamp(const CameraAddress& address) {
  if (!address.lamp_port) return nullptr;
  return std::make_unique<SimulatedLamp>(*address.lamp_port);
}

double rate_to_play(const std::string& address,
                    std::optional<double> in_address,
                    std::optional<double> asked,
                    double own) {
  if (in_address && asked && *in_address != *asked) {
    throw InputError(
        fmt::format("{}: {} frames/s in the address and {} asked besides, expected one rate",
                    address,
                    *in_address,
                    *asked));
  }
  if (in_address) return *in_address;
  return asked.value_or(own);
}

}  // namespace eyelid::camera
