// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
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
  Measured,    // seen in this recording
  Population,  // not seen (for example no full closure): typical ratio of people was used
  File,        // from a calibration file
};
inline constexpr std::array kLevelSources{
    LevelSource::Measured, LevelSource::Population, LevelSource::File};

/// As in session.json and calibration files.
inline std::string_view name_of(LevelSource source) {
  constexpr std::string_view kNames[] = {"measured", "population", "file"};
  return kNames[static_cast<std::size_t>(source)];
}

/// Levels of both eyes with the conditions they were taken in: a level found without glasses
/// misleads with glasses (closed EAR rises about sixfold: irlume, issue 173).
struct Calibration {
  PerEye<EyeLevels> levels;
  LevelSource open_source = LevelSource::Measured;
  LevelSource closed_source = LevelSource::Measured;
  // Conditions; empty = not known.
  std::string date;  // ISO 8601
  std::string subject;
  std::string glasses;  // "yes", "no" or empty
  std::string camera;
  std::string distance;   // of the face, as the user writes it: "60 cm"
  std::string recording;  // file the levels were measured on
};

}  // namespace eyelid
