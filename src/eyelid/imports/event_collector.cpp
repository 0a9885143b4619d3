// SPDX-License-Identifier: MIT
#include "eyelid/imports/event_collector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/text_file.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::imports {
namespace {

constexpr std::size_t kListedNames = 12;
constexpr std::size_t kKeptNames = 1000;  // of other events, for the message

bool matches_pattern(std::string_view name, std::string_view pattern) {
  const bool is_open_end = pattern.ends_with('*');
  if (is_open_end) pattern.remove_suffix(1);
  if (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    return is_open_end ? name.find(pattern) != std::string_view::npos : name.ends_with(pattern);
  }
  return is_open_end ? name.starts_with(pattern) : name == pattern;
}

}  // namespace

bool matches(std::string_view name, const std::vector<std::string>& patterns) {
  const std::string small = lower(name);
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_pattern(small, lower(pattern)); });
}

std::optional<std::string> role_of(std::string_view name, const EventNames& names) {
  if (matches(name, names.cs)) return "cs";
  if (matches(name, names.us)) return "us";
  if (matches(name, names.sync)) return "sync";
  return std::nullopt;
}

void EventCollector::add(double time_s,
                         std::string_view name,
                         std::int64_t line,
                         const TrialConditions& conditions) {
  if (const std::optional<std::string> role = role_of(name, names_)) {
    add_role(time_s, *role, line, conditions);
  } else if (others_.size() < kKeptNames) {
    ++others_[std::string(name)];
  }
}

void EventCollector::add_role(double time_s,
                              std::string role,
                              std::int64_t line,
                              const TrialConditions& conditions) {
  events_.push_back({time_s, std::move(role), line, conditions});
}

Log EventCollector::finish(std::string format, bool is_date) {
  const bool has_stimuli = std::ranges::any_of(
      events_, [](const tables::LoggedEvent& event) { return event.name != "sync"; });
  if (!has_stimuli) {
    std::vector<std::pair<std::string, int>> names(others_.begin(), others_.end());
    std::ranges::stable_sort(names,
                             [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), kListedNames); ++i) {
      if (i > 0) list += ", ";
      list += fmt::format("{} ({})", tables::quoted_for_error(names[i].first), names[i].second);
    }
    if (names.size() > kListedNames) list += ", ...";
    throw InputError(
        fmt::format("{}: {}, found {}; expected the events of the trials (name them: --cs NAME, "
                    "--us NAME)",
                    file_,
                    format,
                    list.empty() ? "no events" : fmt::format("the events {}", list)));
  }
  std::ranges::stable_sort(events_, {}, &tables::LoggedEvent::time_s);
  return {std::move(format), std::move(events_), is_date, false};
}

}  // namespace eyelid::imports
