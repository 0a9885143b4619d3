// SPDX-License-Identifier: MIT
#include "eyelid/live/camera_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::live {
namespace {

constexpr std::int64_t kLeastSilence_ns = 50'000'000;
constexpr double kSilentPeriods = 10.0;
constexpr double kSkippedExposure = 1.5;  // periods
constexpr std::size_t kStepsToKnow = 25;  // of which the median is the period
constexpr auto kBetweenTries = std::chrono::milliseconds(200);

void copy_pixels(const FrameView& from, GrayImage& to) {
  to.resize(from.width, from.height);
  for (int y = 0; y < from.height; ++y) {
    std::memcpy(to.row(y), from.row(y), static_cast<std::size_t>(from.width));
  }
}

}  // namespace

CameraReader::CameraReader(std::unique_ptr<camera::Camera> camera,
                           Open open,
                           double frames_per_second,
                           FramePool& pool,
                           ReaderEvents events)
    : camera_(std::move(camera)),
      open_(std::move(open)),
      frames_per_second_(frames_per_second),
      pool_(pool),
      events_(std::move(events)) {
  EYELID_EXPECTS(frames_per_second > 0.0);
}

std::int64_t CameraReader::silence_limit_ns() const {
  const double periods_ns = kSilentPeriods * 1e9 / frames_per_second_;
  return std::max(kLeastSilence_ns, static_cast<std::int64_t>(periods_ns));
}

ReaderEnd CameraReader::run() {
  // A camera may take longer to begin than to go on.
  constexpr std::int64_t kFirstFrame_ns = 2'000'000'000;
  // Short waits: stop() ends one.
  constexpr auto kWait = std::chrono::milliseconds(10);
  camera_->start();
  last_arrival_ns_ = monotonic_ns();
  ReaderEnd end = ReaderEnd::Stopped;
  while (!is_stopped_.load()) {
    camera::CameraFrame frame;
    const camera::Arrival arrival = camera_->next(frame, kWait);
    if (arrival == camera::Arrival::Frame) {
      take(frame);
      camera_->release();
      continue;
    }
    if (camera_->has_ended()) {
      end = ReaderEnd::CameraEnded;
      break;
    }
    const std::int64_t silence_ns = monotonic_ns() - last_arrival_ns_;
    const std::int64_t limit_ns = has_begun_ ? silence_limit_ns() : kFirstFrame_ns;
    if (arrival == camera::Arrival::Timeout && silence_ns < limit_ns) continue;
    events_.on_notice(fmt::format(
        "{}: {}; trying to open it again for {} s",
        camera_->info().address,
        arrival == camera::Arrival::Gone
            ? "the camera is gone"
            : fmt::format("no frame for {:.2f} s", 1e-9 * static_cast<double>(silence_ns)),
        kReopening_ns / 1'000'000'000));
    if (reopen()) continue;
    end = is_stopped_.load() ? ReaderEnd::Stopped : ReaderEnd::CameraGone;
    break;
  }
  if (camera_) statistics_ = camera_->driver_statistics();
  camera_.reset();
  return end;
}

bool CameraReader::reopen() {
  statistics_ = camera_->driver_statistics();
  camera_.reset();
  const std::int64_t begin_ns = monotonic_ns();
  while (!is_stopped_.load() && monotonic_ns() - begin_ns < kReopening_ns) {
    try {
      camera_ = open_();
      camera_->start();
      break;
    } catch (const InputError&) {  // not there yet
      camera_.reset();
      std::this_thread::sleep_for(kBetweenTries);
    }
  }
  if (!camera_) return false;
  has_begun_ = false;
  last_arrival_ns_ = monotonic_ns();
  events_.on_notice(camera_->info().address + ": open again");
  return true;
}

/// Number and time of the first frame of a camera, the first of the session or one opened again.
void CameraReader::begin_clock(const camera::CameraFrame& frame) {
  first_number_ = frame.number;
  first_exposure_ns_ = frame.exposure_ns;
  has_begun_ = true;
  if (next_number_ == 0) {
    first_arrival_ns_ = frame.arrival_ns;
    return;
  }
  time_offset_ns_ = std::max(frame.arrival_ns - first_arrival_ns_, last_time_ns_ + 1);
  const double periods =
      static_cast<double>(time_offset_ns_ - last_time_ns_) * 1e-9 * frames_per_second_;
  number_offset_ = next_number_ - 1 + std::max<std::int64_t>(1, std::llround(periods));
}

/// By the clock, where the numbers go on; its own rate, which need not be what was asked.
std::int64_t CameraReader::skipped_exposures(std::int64_t step_ns) {
  std::int64_t skipped = 0;
  const auto known = static_cast<std::size_t>(std::min(steps_seen_, std::ssize(steps_ns_)));
  if (known >= kStepsToKnow) {
    auto steps = steps_ns_;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(known / 2);
    std::nth_element(steps.begin(), middle, steps.begin() + static_cast<std::ptrdiff_t>(known));
    const double periods = static_cast<double>(step_ns) / static_cast<double>(*middle);
    if (periods > kSkippedExposure) skipped = std::llround(periods) - 1;
  }
  steps_ns_[static_cast<std::size_t>(steps_seen_++ % std::ssize(steps_ns_))] = step_ns;
  return skipped;
}

void CameraReader::tell_lost_until(std::int64_t number) {
  for (; next_number_ < number; ++next_number_) events_.on_lost(next_number_, false);
}

void CameraReader::take(const camera::CameraFrame& frame) {
  last_arrival_ns_ = frame.arrival_ns;
  if (!has_begun_) {
    // A session, and what follows a gap, begins with a complete frame.
    if (frame.picture.is_empty()) return;
    begin_clock(frame);
  }
  std::int64_t number = number_offset_ + static_cast<std::int64_t>(frame.number - first_number_);
  if (number < next_number_) {  // its place was given up
    if (frame.picture.is_empty()) events_.on_incomplete(number);
    return;
  }
  const std::int64_t time_ns = time_offset_ns_ + (frame.exposure_ns - first_exposure_ns_);
  if (number == next_number_ && number > number_offset_) {
    const std::int64_t skipped = skipped_exposures(time_ns - last_exposure_ns_);
    number += skipped;
    number_offset_ += skipped;
  }
  tell_lost_until(number);
  next_number_ = number + 1;
  last_exposure_ns_ = time_ns;
  if (frame.picture.is_empty()) {
    events_.on_incomplete(number);
    return;
  }
  clock_.add(frame.exposure_ns, frame.arrival_ns);
  if (time_ns <= last_time_ns_ && number > 0) {
    // A clock that stands still or runs back would put two frames at one time.
    events_.on_lost(number, false);
    return;
  }
  last_time_ns_ = time_ns;
  std::shared_ptr<CapturedFrame> mine = pool_.take();
  if (!mine) {
    events_.on_lost(number, true);
    return;
  }
  mine->number = number;
  mine->index = next_index_.load();
  mine->time_ns = time_ns;
  mine->arrival_ns = frame.arrival_ns;
  copy_pixels(frame.picture, mine->image);
  next_index_.store(mine->index + 1);
  events_.on_frame(std::move(mine));
}

}  // namespace eyelid::live
