// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "eyelid/core/session.hpp"
#include "eyelid/pipeline/stage_clock.hpp"

namespace eyelid::live {

/// The distribution of a delay, in constant memory. Threads: one adds, any read.
class LatencyMeter {
 public:
  void add(std::int64_t nanoseconds) {
    clock_.add(std::chrono::nanoseconds(nanoseconds));
    if (nanoseconds > longest_ns_.load()) longest_ns_.store(nanoseconds);
  }
  Latency summary() const {
    const StageTime time = clock_.summary();
    return {time.calls,
            time.p50_ms,
            time.p99_ms,
            static_cast<double>(longest_ns_.load()) * 1e-6,
            clock_.histogram()};
  }

 private:
  pipeline::StageClock clock_{"latency"};
  std::atomic<std::int64_t> longest_ns_ = 0;
};

}  // namespace eyelid::live
