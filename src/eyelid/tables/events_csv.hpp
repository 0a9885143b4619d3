// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>

#include "eyelid/core/session_event.hpp"

namespace eyelid::tables {

/// Writes events.csv of a live session:
/// `event,frame,decided_s,written_s,acknowledged_s,seen_frame,seen_s,trial,detail`, in the given
/// order; what is absent is an empty cell. Errors: as AtomicFile.
void write_events_csv(const std::filesystem::path& path, std::span<const SessionEvent> events);

}  // namespace eyelid::tables
