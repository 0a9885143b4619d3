// SPDX-License-Identifier: MIT
#include "eyelid/tables/events_csv.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::tables {
namespace {

TEST(EventsCsv, WritesARowPerEventAndEmptyCellsForWhatIsAbsent) {
  const testing::TemporaryFolder folder;
  const std::vector<SessionEvent> events{
      {"armed", {}, {}, {}, {}, {}, {}, 1, ""},
      {"trial_start", 120, 0.24, 0.241003, 0.2425, 122, 0.244, 1, "=paired, long"},
      {"gate_refused", 900, 1.8, {}, {}, {}, {}, 2, "the lid moves"}};
  write_events_csv(folder / "events.csv", events);
  EXPECT_EQ(testing::text_of_file(folder / "events.csv"),
            "event,frame,decided_s,written_s,acknowledged_s,seen_frame,seen_s,trial,detail\n"
            "armed,,,,,,,1,\n"
            "trial_start,120,0.240000,0.241003,0.242500,122,0.244000,1,\"'=paired, long\"\n"
            "gate_refused,900,1.800000,,,,,2,the lid moves\n");
}

}  // namespace
}  // namespace eyelid::tables
