// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/eye_memory.hpp"

#include <algorithm>

#include "eyelid/core/eye_aspect_ratio.hpp"

namespace eyelid::pipeline {
namespace {

constexpr double kMemory_s = 0.15;  // a blink is closed for less
constexpr double kMemoryOfShare_s = 0.3;
constexpr double kLeastShare = 0.5;

}  // namespace

void EyeMemory::judge(FrameMeasurement& measurement) {
  const bool is_new = measurement.clip != clip_;
  const double step_s = is_new ? 0.0 : std::max(0.0, measurement.time_s - time_s_);
  clip_ = measurement.clip;
  time_s_ = measurement.time_s;
  // Without an exponential, whose last bits differ from one C library to the next.
  const double kept = kMemoryOfShare_s / (kMemoryOfShare_s + step_s);
  for (const Eye eye : kEyes) {
    Seen& seen = seen_[eye];
    if (is_new) seen = {};
    const bool is_trusted = measurement.trusted_eyes[eye];
    seen.share = kept * seen.share + (is_trusted ? 1.0 - kept : 0.0);
    if (is_trusted) seen.last_s = measurement.time_s;
    const bool is_remembered =
        seen.share >= kLeastShare && measurement.time_s - seen.last_s <= kMemory_s;
    if (!measurement.doubted_eyes[eye] || !is_remembered) continue;
    measurement.trusted_eyes[eye] = true;
    measurement.ear[eye] = ear_or_nan((*measurement.eyes)[eye]);
  }
}

}  // namespace eyelid::pipeline
