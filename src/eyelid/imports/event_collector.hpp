// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/trial.hpp"
#include "eyelid/imports/event_log.hpp"

namespace eyelid::imports {

/// "cs", "us", "sync": the role whose names match; nothing for others.
std::optional<std::string> role_of(std::string_view name, const EventNames& names);
/// Whether one of the patterns stands for `name`.
bool matches(std::string_view name, const std::vector<std::string>& patterns);

/// Gathers the events of a log: those that are stimuli, and the names of the others for messages.
class EventCollector {
 public:
  EventCollector(std::string file, EventNames names)
      : file_(std::move(file)), names_(std::move(names)) {}

  void add(double time_s,
           std::string_view name,
           std::int64_t line,
           const TrialConditions& conditions = {});
  /// An event whose role is known.
  void add_role(double time_s,
                std::string role,
                std::int64_t line,
                const TrialConditions& conditions = {});

  /// In order of time. Throws InputError that lists the names found when no event is a CS or US.
  Log finish(std::string format, bool is_date = false);

 private:
  std::string file_;
  EventNames names_;
  std::vector<tables::LoggedEvent> events_;
  std::map<std::string, int> others_;  // name -> how often
};

}  // namespace eyelid::imports
