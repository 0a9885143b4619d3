// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "eyelid/imports/trace.hpp"

namespace eyelid::pipeline {

/// Values of an opening (area, distance, aspect ratio) with the eye open and shut.
struct OpeningLevels {
  double open = 0.0;
  double closed = 0.0;
};

/// "OPEN,CLOSED". Throws InputError unless open is above closed.
OpeningLevels opening_levels_from(const std::string& text);

/// Beside the frames.csv of an imported trace: where it came from.
inline constexpr const char* kImportRecord = "trace.json";

/// Refuses a folder whose frames.csv is not one of an earlier import: it would be replaced.
/// Throws InputError.
void check_import_folder(const std::filesystem::path& folder);

/// Writes a trace as frames.csv. A closure stays as it is. An opening becomes a closure by
/// `levels`; without them by its 95 % and 0.5 % quantiles, for levels to be found from the trials.
/// Throws InputError for an opening that does not vary.
void write_imported_frames(const imports::Trace& trace,
                           const std::optional<OpeningLevels>& levels,
                           const std::filesystem::path& frames,
                           const std::string& name);

/// The text of trace.json.
std::string import_record(const imports::Trace& trace, const std::filesystem::path& file);

}  // namespace eyelid::pipeline
