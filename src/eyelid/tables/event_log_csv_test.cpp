// SPDX-License-Identifier: MIT
#include "eyelid/tables/event_log_csv.hpp"

#include <gtest/gtest.h>

namespace eyelid::tables {
namespace {

// Six trials, CS and US, as a controller logs them.
std::vector<LoggedEvent> six_trials() {
  std::vector<LoggedEvent> events;
  for (int trial = 0; trial < 6; ++trial) {
    const double at = 1.0 + 2.0 * trial;
    events.push_back({at, "cs", 2 + 2 * trial});
    events.push_back({at + 0.4, "us", 3 + 2 * trial});
  }
  return events;
}

// The same log with every edge of `name` twice more, 3 and 6 ms later.
std::vector<LoggedEvent> bouncing(const std::string& name) {
  std::vector<LoggedEvent> events;
  std::int64_t line = 2;
  for (const LoggedEvent& event : six_trials()) {
    events.push_back({event.time_s, event.name, line++});
    for (const double later_s : {0.003, 0.006}) {
      if (event.name == name) events.push_back({event.time_s + later_s, event.name, line++});
    }
  }
  return events;
}

TEST(EventLog, BouncesAreLeftOutAndTheirLinesKnown) {
  const std::vector<TrialRow> clean = trials_of_log(six_trials());
  for (const char* name : {"cs", "us"}) {
    std::vector<std::int64_t> merged;
    const std::vector<LoggedEvent> kept = without_bounces(bouncing(name), merged);
    EXPECT_EQ(merged.size(), 12u);
    const std::int64_t first_bounce = std::string(name) == "cs" ? 3 : 4;
    EXPECT_EQ(merged.front(), first_bounce);
    const std::vector<TrialRow> trials = trials_of_log(kept);
    ASSERT_EQ(trials.size(), clean.size()) << name;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(trials[i].trial.type, TrialType::Paired);
      EXPECT_EQ(trials[i].trial.cs_onset_s, clean[i].trial.cs_onset_s);
      EXPECT_EQ(trials[i].trial.us_onset_s, clean[i].trial.us_onset_s);
    }
  }
}

TEST(EventLog, ATrainOfPulsesIsOneUs) {
  std::vector<LoggedEvent> events = {{1.0, "cs", 2}};
  for (int pulse = 0; pulse < 20; ++pulse) events.push_back({1.4 + 0.01 * pulse, "us", 3 + pulse});
  std::vector<std::int64_t> merged;
  const std::vector<TrialRow> trials = trials_of_log(without_bounces(events, merged));
  ASSERT_EQ(trials.size(), 1u);
  EXPECT_EQ(trials[0].trial.us_onset_s, 1.4);
}

TEST(EventLog, DifferentEventsDistantOnesAndForeignOnesAreNoBounce) {
  const std::vector<LoggedEvent> events = {{1.0, "cs", 2},
                                           {1.01, "us", 3},
                                           {1.02, "sync", 4},
                                           {1.051, "cs", 5},
                                           {1.052, "lick", 6},
                                           {1.055, "lick", 7}};
  std::vector<std::int64_t> merged;
  EXPECT_EQ(without_bounces(events, merged).size(), events.size());
  EXPECT_TRUE(merged.empty());
}

}  // namespace
}  // namespace eyelid::tables
