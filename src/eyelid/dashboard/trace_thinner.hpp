// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "eyelid/core/per_eye.hpp"
#include "eyelid/dashboard/dashboard.hpp"

namespace eyelid::dashboard {

/// Smallest and largest value; both kNotAvailable of none.
struct ValueRange {
  float min = kNotAvailable;
  float max = kNotAvailable;

  void add(float value) {
    min = std::fmin(min, value);  // fmin and fmax skip what is not available
    max = std::fmax(max, value);
  }
};

/// The frames of 20 ms.
struct TraceBin {
  double time_s = 0.0;  // halfway between its first and last frame
  PerEye<ValueRange> fec;
  ValueRange mean_fec;
  std::int64_t lost = 0;
};

/// [time, right min, max, left min, max, mean min, max, lost], null where nothing was measured.
std::string json_of(const TraceBin& bin);

/// Thins a trace of any rate to 50 bins a second: two points each, so that no blink, however
/// short, is missed.
class TraceThinner {
 public:
  static constexpr double kBinsPerSecond = 50.0;

  /// The bin that this point is the first not to belong to.
  std::optional<TraceBin> add(const TracePoint& point);

 private:
  std::optional<TraceBin> bin_;
  double index_ = 0.0;  // of bin_, in bins since time 0
  double first_s_ = 0.0;
};

}  // namespace eyelid::dashboard
