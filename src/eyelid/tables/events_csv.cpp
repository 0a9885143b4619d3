// SPDX-License-Identifier: MIT
#include "eyelid/tables/events_csv.hpp"

#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

void write_events_csv(const std::filesystem::path& path, std::span<const SessionEvent> events) {
  CsvWriter table(path,
                  "event,frame,decided_s,written_s,acknowledged_s,seen_frame,seen_s,trial,detail");
  const auto integer = [&](const auto& value) { value ? table.integer(*value) : table.empty(); };
  for (const SessionEvent& event : events) {
    table.word(event.event);
    integer(event.frame);
    table.time(event.decided_s).time(event.written_s).time(event.acknowledged_s);
    integer(event.seen_frame);
    table.time(event.seen_s);
    integer(event.trial);
    table.word(event.detail).end_row();
  }
  table.commit();
}

}  // namespace eyelid::tables
