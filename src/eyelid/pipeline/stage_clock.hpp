// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "eyelid/core/session.hpp"

namespace eyelid::pipeline {

/// Collects how long one stage takes per frame, in constant memory however long the recording is.
///
/// Durations fall into logarithmic bins 1/32 of an octave wide, so a percentile is right within
/// 2.2 %. Threads: `add` may be called by all workers at once.
class StageClock {
 public:
  explicit StageClock(std::string stage) : stage_(std::move(stage)) {}

  void add(std::chrono::nanoseconds duration);
  StageTime summary() const;
  /// The distribution in bins of half an octave, from the first to the last that is not empty.
  std::vector<LatencyBin> histogram() const;

 private:
  static constexpr int kBinsPerOctave = 32;
  static constexpr int kOctaves = 40;  // 1 ns .. 18 minutes
  std::string stage_;
  std::array<std::atomic<std::int64_t>, kBinsPerOctave * kOctaves> bins_{};
  std::atomic<std::int64_t> calls_{0};
  std::atomic<std::int64_t> total_ns_{0};
};

/// Adds the time from construction to destruction; to nothing where `clock` is null.
class StageTimer {
 public:
  explicit StageTimer(StageClock* clock)
      : clock_(clock), start_(std::chrono::steady_clock::now()) {}
  ~StageTimer() {
    if (clock_ != nullptr) clock_->add(std::chrono::steady_clock::now() - start_);
  }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  StageClock* clock_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace eyelid::pipeline
