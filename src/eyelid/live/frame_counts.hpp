// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/live/frame_pool.hpp"
#include "eyelid/live/scribe.hpp"

namespace eyelid::live {

/// What became of the frames of a running session so far. Threads: any.
class FrameCounts {
 public:
  void add(const CapturedFrame& frame) {
    if (first_time_ns_.load() < 0) first_time_ns_.store(frame.time_ns);
    last_time_ns_.store(frame.time_ns);
  }
  void add_lost(bool is_overrun) { ++(is_overrun ? overrun_ : lost_); }
  void add_incomplete() { ++incomplete_; }
  void add(const MeasuredFrame& frame) {
    overrun_ += frame.is_overrun;
    unmeasured_ += frame.is_overrun;
    hurried_ += frame.is_hurried;
    mean_fec_.store(frame.fec.mean);
  }

  /// Complete frames without a measurement.
  std::int64_t unmeasured() const { return unmeasured_.load(); }
  float mean_fec() const { return mean_fec_.load(); }
  /// Into counts and rate of `live`, whose number of frames is set.
  void write(LiveSummary& live) const {
    live.lost = lost_;
    live.incomplete = incomplete_;
    live.overrun = overrun_;
    live.hurried = hurried_;
    const auto span_s =
        static_cast<double>(last_time_ns_ - std::max<std::int64_t>(0, first_time_ns_)) * 1e-9;
    if (live.frames > 1 && span_s > 0.0) {
      live.measured_frames_per_second = static_cast<double>(live.frames - 1) / span_s;
    }
  }

 private:
  std::atomic<std::int64_t> lost_ = 0, incomplete_ = 0, overrun_ = 0;
  std::atomic<std::int64_t> unmeasured_ = 0, hurried_ = 0;
  std::atomic<std::int64_t> first_time_ns_ = -1, last_time_ns_ = 0;
  std::atomic<float> mean_fec_ = kNotAvailable;
};

}  // namespace eyelid::live
