// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace eyelid {

/// Something that was done or seen in a live session. Row of events.csv; times in seconds on the
/// clock of frames.csv.
struct SessionEvent {
  std::string event;                       // docs/files.md lists the words
  std::optional<std::int64_t> frame;       // that decided it
  std::optional<double> decided_s;         // the time of that frame
  std::optional<double> written_s;         // when the output had it
  std::optional<double> acknowledged_s;    // when it took place, by who did it
  std::optional<std::int64_t> seen_frame;  // that shows the lamp it switched on
  std::optional<double> seen_s;            // the time of that frame
  std::optional<int> trial;                // its number
  std::string detail;
};

}  // namespace eyelid
