// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "eyelid/core/calibration.hpp"

namespace eyelid::closure {

/// Closed EAR as a share of open EAR where no full closure was seen. Our landmark models give about
/// 0.03 .. 0.09 on closed and 0.26 .. 0.32 on open eyes of the training pictures: 0.06 / 0.29.
inline constexpr float kPopulationClosedRatio = 0.2f;
/// An open level below this is an eye that never was open (or no eye).
inline constexpr float kMinOpenEar = 0.12f;
/// Fewer measurements of an eye than this cannot tell an open level.
inline constexpr std::int64_t kMinMeasurements = 25;

struct OpenLevel {
  float ear = kNotAvailable;
  /// Set when the lid rests at several heights that differ: of those that may be the open eye.
  std::optional<EarInterval> interval;
};

/// Finds the EAR of the open eye of a recording of any length, in constant memory.
///
/// Heights at which the lid rests are modes of the EAR's density. Lids may droop most of the time,
/// so the open eye is not just the heaviest mode: it is the heaviest of those within 20 % below the
/// highest that has at least 15 % of the heaviest's density. A rarer mode is a raised brow or a
/// glance upward; a difference within 20 % is a pose or a gaze, of which the usual counts; modes
/// below 60 % of the highest are closed eyes, however long. Unlike a high percentile the level is
/// not shifted by noise, and neither blinks, nor long closures, nor the tails of a drifting head
/// pose move it.
class OpenLevelFinder {
 public:
  /// Takes finite ratios in 0 .. kMaxEar; others are not counted.
  void add(float ear);
  std::int64_t count() const { return count_; }
  /// Nothing with fewer than kMinMeasurements or when the level is under kMinOpenEar.
  std::optional<OpenLevel> level() const;

 private:
  static constexpr std::size_t kBins = 1000;  // of 0.001
  std::array<std::int64_t, kBins> counts_{};
  std::int64_t count_ = 0;
};

/// FEC = (open - EAR) / (open - closed); not clamped.
float fec_of(float ear, const EyeLevels& levels);

}  // namespace eyelid::closure
