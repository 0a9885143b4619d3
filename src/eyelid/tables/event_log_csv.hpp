// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// One line of an event log, on the log's own clock.
struct LoggedEvent {
  double time_s = 0.0;
  std::string name;  // "cs", "us", "sync", or anything else
  std::int64_t line = 0;
  TrialConditions conditions = {};  // other columns of its row
};

/// Edges of one name at most this far apart are one event: contacts bounce for milliseconds, and a
/// train of US pulses is one US. The shortest ISI in use, 150 ms, is between two names; a second CS
/// or US never comes this soon.
inline constexpr double kShortestRepeat_s = 0.05;

/// Keeps the first edge of each cs, us, and sync, and all other events. `merged_lines` gets the
/// lines of those left out.
std::vector<LoggedEvent> without_bounces(const std::vector<LoggedEvent>& events,
                                         std::vector<std::int64_t>& merged_lines,
                                         double shortest_repeat_s = kShortestRepeat_s);

/// Trials of a log, on its clock: a `cs` is paired with the first `us` within 10 s and before the
/// next `cs`; others stand alone. Numbered from 1; the line is that of the first event.
std::vector<TrialRow> trials_of_log(const std::vector<LoggedEvent>& events);

}  // namespace eyelid::tables
