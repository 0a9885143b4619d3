// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "eyelid/imports/text_file.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {

// One reader per format, called by read_trace(). All throw InputError.

/// A table of numbers with any separator, decimal comma, and missing values.
Trace table_trace(TextFile& text, const TraceOptions& options);

/// The points of DeepLabCut: three header rows (four with several animals), then a row per frame.
bool is_deeplabcut_text(TextFile& text);
Trace deeplabcut_text_trace(TextFile& text, const TraceOptions& options);

}  // namespace eyelid::imports
