// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "eyelid/camera/camera.hpp"
#include "eyelid/live/clock_fit.hpp"
#include "eyelid/live/frame_pool.hpp"

namespace eyelid::live {

/// What a reader tells, all from its own thread; short calls.
struct ReaderEvents {
  std::function<void(CapturedFramePtr)> on_frame;
  /// `number` was exposed and never came, or came when no memory was free (`is_overrun`).
  std::function<void(std::int64_t number, bool is_overrun)> on_lost;
  /// `number` came incomplete; it may have been told lost before.
  std::function<void(std::int64_t number)> on_incomplete;
  /// A sentence for the user.
  std::function<void(const std::string&)> on_notice;
};

/// Why reading ended.
enum class ReaderEnd { Stopped, CameraEnded, CameraGone };

/// Takes every frame from a camera as it arrives, copies it into the pool, gives the camera its
/// buffer back at once, and accounts for every number the camera counted.
///
/// Losses are found by the camera's numbers, and by its clock: a step of more than 1.5 of its
/// usual ones (the median of the latest 51) without a step in numbers is told as lost frames as
/// well, since a camera that skips exposures does not count them. Without a frame for max(50 ms, 10
/// periods) the camera is taken for unplugged: told at once, and opened again for 30 s; the time
/// between is on the clock of this machine.
class CameraReader {
 public:
  using Open = std::function<std::unique_ptr<camera::Camera>()>;
  /// `open` opens the camera again.
  CameraReader(std::unique_ptr<camera::Camera> camera,
               Open open,
               double frames_per_second,
               FramePool& pool,
               ReaderEvents events);

  /// Until stop(), the camera's end, or its loss. Call once.
  ReaderEnd run();
  /// From any thread.
  void stop() { is_stopped_.store(true); }

  std::int64_t frames() const { return next_index_.load(); }
  /// After run().
  const ClockFit& clock() const { return clock_; }
  std::string driver_statistics() const { return statistics_; }

  static constexpr std::int64_t kReopening_ns = 30'000'000'000;

 private:
  std::int64_t silence_limit_ns() const;
  bool reopen();
  void take(const camera::CameraFrame& frame);
  void begin_clock(const camera::CameraFrame& frame);
  std::int64_t skipped_exposures(std::int64_t step_ns);
  void tell_lost_until(std::int64_t number);

  std::unique_ptr<camera::Camera> camera_;
  Open open_;
  double frames_per_second_;
  FramePool& pool_;
  ReaderEvents events_;
  ClockFit clock_;
  std::string statistics_;
  std::atomic<bool> is_stopped_ = false;

  // Of the camera as it was opened last.
  bool has_begun_ = false;
  std::uint64_t first_number_ = 0;
  std::int64_t first_exposure_ns_ = 0;
  // What its first frame counts as in the session.
  std::int64_t number_offset_ = 0;
  std::int64_t time_offset_ns_ = 0;

  std::int64_t next_number_ = 0;       // expected
  std::int64_t last_exposure_ns_ = 0;  // of the latest number, complete or not
  std::int64_t last_time_ns_ = 0;      // of the latest complete frame
  std::array<std::int64_t, 51> steps_ns_{};
  std::int64_t steps_seen_ = 0;
  std::int64_t first_arrival_ns_ = 0;
  std::int64_t last_arrival_ns_ = 0;
  std::atomic<std::int64_t> next_index_ = 0;
};

}  // namespace eyelid::live
