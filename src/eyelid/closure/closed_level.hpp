// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/core/calibration.hpp"

namespace eyelid::closure {

/// A closure counts as deep only below this share of the open EAR. Glasses lift the closed EAR to
/// 0.113 / 0.3 = 0.38 (measured in irlume, issue 173); higher minima are partial blinks.
inline constexpr float kMaxClosedRatio = 0.45f;
/// Lids that come down to this share have met, or nearly: a true level below it would make FEC at
/// most 10 % too large.
inline constexpr float kLidsMetRatio = 0.11f;
/// Up to this share lids that were held shut, or closures that agree, show the closed level; above
/// it squints and partial blinks look the same too often, and FEC would be over 20 % too large.
inline constexpr float kMaxProvenRatio = 0.2f;
/// The least that a closed level may be: the lid points of an eye that is shut can coincide.
inline constexpr float kLeastClosedRatio = 0.0f;

/// A closing and opening, or a longer closure, of one eye that went below kMaxClosedRatio.
struct DeepClosure {
  double onset_s = 0.0;
  double offset_s = 0.0;
  double half_width_s = 0.0;
  float ratio = 0.0f;    // EAR at the bottom over open EAR
  bool is_held = false;  // the lid stayed there (StillLid)
};

/// The closed level of an eye, as shares of its open EAR.
struct ClosedRatio {
  float ratio = kPopulationClosedRatio;
  LevelSource source = LevelSource::Estimated;
  float low = kLeastClosedRatio;  // of Estimated
  float high = kMaxClosedRatio;
  std::string basis;  // what was seen, as in LevelOrigin
};

/// The closed level of each eye by the deep closures of both.
///
/// Measured needs evidence that lids have met:
///  - the deeper third of the closures goes down to kLidsMetRatio;
///  - or, up to kMaxProvenRatio, the lid was held at the bottom, or at least four closures, and
///    three fifths of all deep ones, end within 5 % of the range of their middle although their
///    half widths differ by a third: equal blinks show nothing, but a quick and a slow one end at
///    the same height only where the lids meet;
///  - or the other eye, whose level is known by one of these, shut at the same time.
/// The level is then the median of the closures that are about as deep as the deeper third: neither
/// partial blinks nor a few glitches count.
///
/// Estimated is any other: closures of 60 to 85 % look like full ones of an eye whose points come
/// less close together. The level lies between kLeastClosedRatio and the deepest closure; a deepest
/// closure above kPopulationClosedRatio is met half way, which halves the error either way. Without
/// deep closures it is the other eye's ratio or, failing that, kPopulationClosedRatio.
PerEye<ClosedRatio> closed_ratios(const PerEye<std::vector<DeepClosure>>& closures);

}  // namespace eyelid::closure
