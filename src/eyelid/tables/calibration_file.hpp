// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "eyelid/core/calibration.hpp"

namespace eyelid::tables {

/// The text of a calibration file: levels and the conditions of their recording, as JSON:
///
///   {"format": "eyelid-calibration", "version": 1,
///    "date": "2026-11-22T18:44:02Z", "subject": "S01", "glasses": "no", "camera": "...",
///    "distance": "60 cm", "recording": "session.mkv", "left": null,
///    "right": {"open_ear": 0.301, "closed_ear": 0.055,
///              "open": {"source": "measured", "interval": null, "basis": ""},
///              "closed": {"source": "estimated", "interval": [0.006, 0.061], "basis": "..."}}}
///
/// An eye without usable levels is null. Errors: InputError if no eye has levels.
std::string calibration_text(const Calibration& calibration);

/// Reads what calibration_text() gave; every source becomes LevelSource::Given, intervals stay,
/// levels of an absent eye are kNotAvailable. Conditions may be missing, unknown keys are ignored.
/// Errors: InputError naming the file and the key, what was found, and what was expected.
Calibration load_calibration(const std::filesystem::path& path);

}  // namespace eyelid::tables
