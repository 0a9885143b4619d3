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
///    "distance": "60 cm", "recording": "session.mkv", "open_source": "measured", "closed_source":
///    "population", "right": {"open_ear": 0.301, "closed_ear": 0.055}, "left": null}
///
/// An eye without usable levels is null. Errors: InputError if no eye has levels.
std::string calibration_text(const Calibration& calibration);

/// Reads what calibration_text() gave; both sources become LevelSource::File, levels of an absent
/// eye kNotAvailable. Conditions may be missing, unknown keys are ignored.
/// Errors: InputError naming the file and the key, what was found, and what was expected.
Calibration load_calibration(const std::filesystem::path& path);

}  // namespace eyelid::tables
