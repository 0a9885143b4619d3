// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/text_file.hpp"

namespace eyelid::imports {

// One reader per format, called by read_log(); the first line of the file tells which. All throw
// InputError. Layouts and where they come from: docs/imports.md.

/// A table with a header: one row per event (BIDS, pyControl, Bonsai, ours), one per trial with the
/// onsets as columns (PsychoPy, E-Prime), or one per sample with TTL levels as columns.
Log table_log(TextFile& text, const LogOptions& options);

bool is_presentation(std::string_view first_line);
Log presentation_log(TextFile& text, const LogOptions& options);

bool is_psychopy_log(std::string_view first_line);
Log psychopy_log(TextFile& text, const LogOptions& options);

bool is_eprime(std::string_view first_line);
Log eprime_log(TextFile& text, const LogOptions& options);

bool is_pycontrol_text(std::string_view first_line);
Log pycontrol_text_log(TextFile& text, const LogOptions& options);

bool is_spike2(std::string_view first_line);
Log spike2_log(TextFile& text, const LogOptions& options);

bool is_labchart(std::string_view first_line);
Log labchart_log(TextFile& text, const LogOptions& options);

}  // namespace eyelid::imports
