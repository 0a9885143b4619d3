// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid {

/// EAR of one eye fully open (FEC 0) and fully closed (FEC 1).
struct EyeLevels {
  float open_ear = kNotAvailable;
  float closed_ear = kNotAvailable;
};

/// Ratios above are failed fits: the widest open eyes reach about 0.5.
inline constexpr float kMaxEar = 1.0f;

/// Both levels finite and at least 0.02 of EAR apart, open above closed.
inline bool are_usable(const EyeLevels& levels) {
  constexpr float kMinRange = 0.02f;
  return std::isfinite(levels.closed_ear) && std::isfinite(levels.open_ear) &&
         levels.open_ear - levels.closed_ear >= kMinRange;
}

/// Where a level came from; written to session.json so that a reader can judge the FEC.
enum class LevelSource {
  None,       // there is no level
  Measured,   // seen in this recording
  Estimated,  // this recording does not show it well enough: true somewhere in an interval
  Given,      // from a calibration file
};
inline constexpr std::array kLevelSources{
    LevelSource::None, LevelSource::Measured, LevelSource::Estimated, LevelSource::Given};

/// As in session.json and calibration files.
inline std::string_view name_of(LevelSource source) {
  constexpr std::string_view kNames[] = {"none", "measured", "estimated", "given"};
  return kNames[static_cast<std::size_t>(source)];
}

/// Ends of the EAR that a level may have.
struct EarInterval {
  float low = kNotAvailable;
  float high = kNotAvailable;
  friend bool operator==(const EarInterval&, const EarInterval&) = default;
};

struct LevelOrigin {
  LevelSource source = LevelSource::Measured;
  std::optional<EarInterval> interval;  // of Estimated, also once it is Given
  std::string basis;                    // what was seen: "lids met in 5 closures"; may be empty
};

/// Levels of both eyes with the conditions they were taken in: a level found without glasses
/// misleads with glasses (closed EAR rises about sixfold: irlume, issue 173).
struct Calibration {
  PerEye<EyeLevels> levels;
  PerEye<LevelOrigin> open_origin;
  PerEye<LevelOrigin> closed_origin;
  // Conditions; empty = not known.
  std::string date;  // ISO 8601
  std::string subject;
  std::string glasses;  // "yes", "no" or empty
  std::string camera;
  std::string distance;   // of the face, as the user writes it: "60 cm"
  std::string recording;  // file the levels were measured on
};

}  // namespace eyelid
