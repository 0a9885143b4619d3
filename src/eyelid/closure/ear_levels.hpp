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
/// A dip counts as a full closure only below this share of the open EAR. Glasses lift the closed
/// EAR to 0.113 / 0.3 = 0.38 (measured in irlume, issue 173); higher minima are partial blinks.
inline constexpr float kMaxClosedRatio = 0.45f;
/// An open level below this is an eye that never was open (or no eye).
inline constexpr float kMinOpenEar = 0.12f;
/// Fewer measurements of an eye than this cannot tell an open level.
inline constexpr std::int64_t kMinMeasurements = 25;

/// Finds the EAR of the open eye of a recording of any length, in constant memory.
///
/// The level is the center of the heaviest mode of the EAR's density among those of at least 60 %
/// of the highest mode: what the eye does most of the time it is open. Unlike a high percentile it
/// is not shifted by noise, and neither blinks, nor long closures, nor the tails of a drifting head
/// pose move it.
class OpenLevelFinder {
 public:
  /// Takes finite ratios in 0 .. kMaxEar; others are not counted.
  void add(float ear);
  std::int64_t count() const { return count_; }
  /// Nothing with fewer than kMinMeasurements or when the level is under kMinOpenEar.
  std::optional<float> open_ear() const;

 private:
  static constexpr std::size_t kBins = 1000;  // of 0.001
  std::array<std::int64_t, kBins> counts_{};
  std::int64_t count_ = 0;
};

/// Finds the FEC of full closure from the blinks of a recording, in constant memory. FEC here is
/// provisional: made with the open level and kPopulationClosedRatio.
///
/// Among blinks deep enough (kMaxClosedRatio), those within 15 % of the 0.7 quantile of depth
/// are the full ones; their median is the level. So neither partial blinks nor a few glitches
/// count, and one or two clean blinks suffice.
class ClosedLevelFinder {
 public:
  void add(float floor_fec);
  std::optional<float> closed_fec() const;

 private:
  static constexpr std::size_t kBins = 400;  // of 0.005
  float quantile(std::size_t begin, std::size_t end, double fraction) const;
  std::array<std::int64_t, kBins> counts_{};
  std::int64_t count_ = 0;
};

/// FEC = (open - EAR) / (open - closed); not clamped.
float fec_of(float ear, const EyeLevels& levels);

}  // namespace eyelid::closure
