// SPDX-License-Identifier: MIT
#include "eyelid/tables/event_log_csv.hpp"

#include <cmath>
#include <map>
#include <optional>

namespace eyelid::tables {
namespace {

constexpr double kMaxIsi_s = 10.0;

}  // namespace

std::vector<LoggedEvent> without_bounces(const std::vector<LoggedEvent>& events,
                                         std::vector<std::int64_t>& merged_lines,
                                         double shortest_repeat_s) {
  std::vector<LoggedEvent> kept;
  std::map<std::string, double> last_s = {
      {"cs", -HUGE_VAL}, {"us", -HUGE_VAL}, {"sync", -HUGE_VAL}};
  for (const LoggedEvent& event : events) {
    const auto last = last_s.find(event.name);
    if (last != last_s.end() && event.time_s - last->second <= shortest_repeat_s) {
      merged_lines.push_back(event.line);
    } else {
      kept.push_back(event);
    }
    if (last != last_s.end()) last->second = event.time_s;
  }
  return kept;
}

std::vector<TrialRow> trials_of_log(const std::vector<LoggedEvent>& events) {
  std::vector<TrialRow> rows;
  for (const LoggedEvent& event : events) {
    if (event.name == "cs") {
      rows.push_back(
          {{0, event.time_s, std::nullopt, TrialType::CsOnly, event.conditions}, event.line});
    } else if (event.name == "us") {
      Trial* last = rows.empty() ? nullptr : &rows.back().trial;
      if (last != nullptr && last->type == TrialType::CsOnly &&
          event.time_s - *last->cs_onset_s <= kMaxIsi_s) {
        last->us_onset_s = event.time_s;
        last->type = TrialType::Paired;
      } else {
        rows.push_back(
            {{0, std::nullopt, event.time_s, TrialType::UsOnly, event.conditions}, event.line});
      }
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].trial.number = static_cast<int>(i) + 1;
  return rows;
}

}  // namespace eyelid::tables
