// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <thread>
#include <utility>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/image.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::live::testing {

/// A camera that does what it is told, without waiting.
class ScriptedCamera final : public camera::Camera {
 public:
  struct Step {
    camera::Arrival arrival = camera::Arrival::Frame;
    std::uint64_t number = 0;
    std::int64_t exposure_ns = 0;
    bool is_complete = true;
  };

  explicit ScriptedCamera(std::deque<Step> script, bool ends = true)
      : script_(std::move(script)), ends_(ends), image_(32, 24) {
    info_.address = "scripted";
    info_.width = image_.width();
    info_.height = image_.height();
    for (int y = 0; y < image_.height(); ++y) {
      std::fill_n(image_.row(y), image_.width(), std::uint8_t{7});
    }
  }

  const camera::CameraInfo& info() const override { return info_; }
  void start() override {}
  camera::Arrival next(camera::CameraFrame& frame, std::chrono::milliseconds timeout) override {
    if (script_.empty()) {
      if (!ends_) std::this_thread::sleep_for(timeout);
      return ends_ ? camera::Arrival::Gone : camera::Arrival::Timeout;
    }
    const Step step = script_.front();
    script_.pop_front();
    frame = {};
    frame.number = step.number;
    frame.exposure_ns = step.exposure_ns;
    frame.arrival_ns = monotonic_ns();
    if (step.is_complete) frame.picture = image_;
    return step.arrival;
  }
  void release() override { ++released_; }
  bool has_ended() const override { return ends_ && script_.empty(); }

  int released() const { return released_; }

 private:
  std::deque<Step> script_;
  bool ends_;
  GrayImage image_;
  camera::CameraInfo info_;
  int released_ = 0;
};

}  // namespace eyelid::live::testing
