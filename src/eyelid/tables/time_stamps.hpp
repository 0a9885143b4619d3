// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eyelid::tables {

/// One time per frame, from a file beside the recording.
struct TimeStamps {
  std::vector<double> time_s;  // after the first, in the order of the file
  std::string source;          // "stamps.csv, column Timestamp (ns)"
};

/// Reads the time stamps that cameras and programs such as Bonsai write: one line per frame, cells
/// separated by commas, semicolons, tabs, or spaces, with or without a header; lines that begin
/// with # are skipped.
///
/// - Column: of those that increase, one whose header speaks of time, else one of ISO 8601, else
///   the first; plain frame numbers are none.
/// - Unit: ISO 8601 as it is; numbers by their header (s, ms, us, 100ns, ns), else as a date of the
///   years 2000 to 2100 (clock_of_ticks() in core/), else the unit in which the median step is that
///   of 3 to 3000 frames/s. That is a guess: video/ compares with the rate of the film.
///
/// In the timestamps.csv of a live session, the rows of frames that never came are skipped.
///
/// Stamps that do not increase are kept, at most one in ten. Errors: InputError for a file that is
/// missing, no regular file, unreadable, or without such a column, and for a row without a time.
TimeStamps read_time_stamps(const std::filesystem::path& path);

}  // namespace eyelid::tables
