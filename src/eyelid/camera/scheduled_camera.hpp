// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "eyelid/camera/camera.hpp"
#include "eyelid/camera/camera_address.hpp"
#include "eyelid/camera/picture_loop.hpp"
#include "eyelid/camera/simulated_lamp.hpp"

namespace eyelid::camera {

/// Pictures that arrive by the clock, as from a camera with 64 buffers: while all of them hold
/// frames that nobody has taken or given back, new frames are lost, and the count goes on.
///
/// Frame n is exposed and here n + 1 periods after start(). A picture that was not ready arrives
/// when it is.
class ScheduledCamera final : public Camera {
 public:
  static constexpr std::size_t kBuffers = 64;

  /// `info` names address, pixel format, and rate (above 0); size, region, and warnings about
  /// settings that such a camera does not have are added here. Throws InputError for a region
  /// outside of the picture.
  /// `lamp` may be null; it is painted into the region that is read.
  ScheduledCamera(CameraInfo info,
                  std::unique_ptr<PictureLoop> pictures,
                  const CameraSettings& settings,
                  std::unique_ptr<SimulatedLamp> lamp = nullptr);

  const CameraInfo& info() const override { return info_; }
  void start() override;
  Arrival next(CameraFrame& frame, std::chrono::milliseconds timeout) override;
  void release() override;
  std::string driver_statistics() const override;

 private:
  std::int64_t due_ns(std::uint64_t number) const;
  /// Puts every frame due by now into a buffer or counts it as lost.
  void expose_until(std::int64_t now);
  void hand_over(CameraFrame& frame);

  CameraInfo info_;
  std::unique_ptr<PictureLoop> pictures_;
  std::unique_ptr<SimulatedLamp> lamp_;
  Region region_;
  double period_ns_ = 0.0;
  std::int64_t start_ns_ = 0;
  bool is_running_ = false;
  std::uint64_t exposed_ = 0;                         // frames, lost ones included
  std::array<std::uint64_t, kBuffers> waiting_ = {};  // a ring of numbers
  std::size_t first_waiting_ = 0;
  std::size_t waiting_count_ = 0;
  bool is_held_ = false;  // the latest frame
  std::uint64_t lost_ = 0;
  std::uint64_t late_ = 0;
};

/// The lamp of an address; null where it names none. Errors: as SimulatedLamp.
std::unique_ptr<SimulatedLamp> open_lamp(const CameraAddress& address);

/// The rate of a camera that plays by the clock: that of its address, or asked, or its own. Throws
/// InputError where address and settings contradict each other.
double rate_to_play(const std::string& address,
                    std::optional<double> in_address,
                    std::optional<double> asked,
                    double own);

}  // namespace eyelid::camera
