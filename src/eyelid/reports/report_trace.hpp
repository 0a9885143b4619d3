// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::reports {

/// True closures of one frame of a rendered recording.
struct TrueClosure {
  PerEye<float> fec = kNeitherEye;
};

/// Minimum, maximum, and mean of a series within one bin.
struct ValueRange {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
  double sum = 0.0;
  std::int64_t count = 0;

  void add(float value);
  void add(const ValueRange& other);
  float mean() const {
    return count > 0 ? static_cast<float>(sum / static_cast<double>(count)) : kNotAvailable;
  }
};

/// The series of a trace, in the order of TraceBin::values.
enum class TraceSeries : std::size_t {
  FecRight,
  FecLeft,
  Fec,
  EarRight,
  EarLeft,
  TrueRight,
  TrueLeft,
};
inline constexpr std::size_t kTraceSeriesCount = 7;

/// Consecutive frames drawn as one point.
struct TraceBin {
  std::int64_t first_frame = 0;
  double first_time_s = 0.0;
  double last_time_s = 0.0;
  std::int64_t frames = 0;
  std::int64_t valid_frames = 0;
  std::int64_t interpolated_frames = 0;
  std::array<ValueRange, kTraceSeriesCount> values;

  const ValueRange& operator[](TraceSeries series) const {
    return values[static_cast<std::size_t>(series)];
  }
};

/// The whole recording in at most `max_bins` bins, in memory that does not depend on its length:
/// every frame has its own bin while they fit; then neighbors are merged in pairs, repeatedly. So
/// there are between half of `max_bins` and `max_bins` bins of `frames_per_bin()` frames each (the
/// last may hold fewer), and no extreme value is ever lost.
class ReportTrace {
 public:
  /// `max_bins` is even and at least 2.
  explicit ReportTrace(std::size_t max_bins);

  void add(const EyelidSample& sample, const TrueClosure& truth);

  const std::vector<TraceBin>& bins() const { return bins_; }
  std::int64_t frames_per_bin() const { return frames_per_bin_; }
  std::int64_t frames() const { return frames_; }

 private:
  void merge_pairs();

  std::size_t max_bins_;
  std::int64_t frames_per_bin_ = 1;
  std::int64_t frames_ = 0;
  std::vector<TraceBin> bins_;
};

}  // namespace eyelid::reports
