// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/live/frame_pool.hpp"
#include "eyelid/live/latency_meter.hpp"
#include "eyelid/live/mailbox.hpp"
#include "eyelid/live/mean_filter.hpp"
#include "eyelid/live/scribe.hpp"
#include "eyelid/pipeline/live_tracker.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::live {

/// Asks for SCHED_FIFO for the calling thread. What it runs with: "SCHED_FIFO", or "normal" with
/// the reason.
std::string ask_for_priority(int priority);

/// Measures frames in order, in a thread of its own, with real-time priority where permitted.
///
/// A frame that waited for more than kHurryPeriods frames is measured without detecting the face:
/// the landmarks carry it, until the thread has caught up. So are frames while others need the
/// processor (set_hurried()). One that waited for more than kMostBehind_ns is skipped with all
/// behind it but the newest: an old closure is worth less than a late one.
class MeasuringThread {
 public:
  struct Options {
    pipeline::LiveOptions tracker;
    int mean_of_frames = 1;
    int width = 0;  // of the camera
    int height = 0;
    std::optional<camera::Region> lamp;  // whose gray level is measured
  };
  /// Called for every complete frame in order, from the thread itself.
  using OnFrame = std::function<void(const MeasuredFrame&)>;

  /// Starts the thread and waits until code, models and memory are warm.
  MeasuringThread(const pipeline::Setup& setup, const Options& options, OnFrame on_frame);
  ~MeasuringThread();

  void add(CapturedFramePtr frame) { waiting_.put(std::move(frame)); }
  /// Of the closure, from the next frame on. From any thread.
  void set_levels(const Calibration& calibration) { tracker_.set_levels(calibration); }
  /// Whether to leave out every detection. From any thread.
  void set_hurried(bool is_hurried) { is_hurried_.store(is_hurried); }
  /// Measures what waits. Call once, last.
  void finish();

  const LatencyMeter& latency() const { return latency_; }
  const std::string& priority() const { return priority_; }
  std::int64_t involuntary_switches() const { return involuntary_switches_; }  // after finish()
  std::int64_t major_faults() const { return major_faults_; }

  static constexpr double kHurryPeriods = 1.5;
  static constexpr std::int64_t kMostBehind_ns = 100'000'000;

 private:
  enum class Effort { Full, Hurried, None };
  void run();
  void measure(const CapturedFramePtr& frame, Effort effort);
  void warm(const pipeline::Setup& setup, const Options& options);

  OnFrame on_frame_;
  MeanFilter filter_;
  std::optional<camera::Region> lamp_;
  std::int64_t hurry_ns_;
  std::atomic<bool> is_hurried_ = false;
  CapturedFramePtr now_;
  Effort effort_ = Effort::Full;
  pipeline::LiveTracker tracker_;
  Mailbox<CapturedFramePtr> waiting_;
  LatencyMeter latency_;
  std::string priority_;
  std::int64_t involuntary_switches_ = 0;
  std::int64_t major_faults_ = 0;
  std::jthread thread_;
};

}  // namespace eyelid::live
