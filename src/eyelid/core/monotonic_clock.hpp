// SPDX-License-Identifier: MIT
#pragma once

#include <ctime>

#include <cstdint>

namespace eyelid {

/// CLOCK_MONOTONIC in nanoseconds: the one clock on which frames arrive and outputs are written.
/// Any thread.
inline std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace eyelid
