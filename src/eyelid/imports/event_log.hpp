// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eyelid/tables/event_log_csv.hpp"

namespace eyelid::imports {

/// What a log calls the stimuli; any of the names of a role. A `*` at the end or the beginning
/// stands for anything; upper and lower case are the same.
struct EventNames {
  std::vector<std::string> cs = {"cs"};
  std::vector<std::string> us = {"us"};
  std::vector<std::string> sync = {"sync"};
};

struct LogOptions {
  EventNames names;
  std::map<std::string, std::string> columns;  // of a table: time, event; others by common names
  double sample_rate = 0.0;                    // of times in samples; 0: not given
};

/// The stimuli that another program has logged.
struct Log {
  std::string format;                       // "pyControl", for people
  std::vector<tables::LoggedEvent> events;  // cs, us, sync, in order of time
  bool is_date = false;                     // times since 1970
  bool is_on_video_clock = false;           // 0 is the first frame: taken from the film itself
};

/// Reads an event log. Told apart by their content: tables (ours, BIDS, Bonsai, pyControl,
/// PsychoPy, E-Prime exports; docs/imports.md), logs of Presentation, PsychoPy, E-Prime, and older
/// pyControl, text exports of Spike2 and LabChart, and TTL pulses in the sound of a film.
///
/// Throws InputError: one sentence with the file, what was found, and what was expected; lists the
/// events of the file where none is a CS or US. Threads: any.
Log read_log(const std::filesystem::path& path, const LogOptions& options);

/// Parses the values of --event-columns, "time=NAME" and "event=NAME". Throws InputError.
std::map<std::string, std::string> event_columns_from(const std::vector<std::string>& settings);

}  // namespace eyelid::imports
