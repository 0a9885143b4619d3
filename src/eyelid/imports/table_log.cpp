// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/delimited_table.hpp"
#include "eyelid/imports/event_collector.hpp"
#include "eyelid/imports/log_formats.hpp"
#include "eyelid/imports/time_column.hpp"

namespace eyelid::imports {
namespace {

// Columns that name an event, the most specific first.
constexpr std::array<const char*, 14> kEventColumns = {"event",
                                                       "event_name",
                                                       "eventname",
                                                       "trial_type",
                                                       "content",
                                                       "name",
                                                       "label",
                                                       "marker",
                                                       "code",
                                                       "message",
                                                       "stimulus",
                                                       "annotation",
                                                       "value",
                                                       "type"};

// What programs append to the name of a stimulus when its onset gets a column.
constexpr std::array<const char*, 11> kOnsetSuffixes = {"",
                                                        ".started",
                                                        ".onsettime",
                                                        ".onset",
                                                        "_onset",
                                                        "_onset_s",
                                                        "_onset_ms",
                                                        "_started",
                                                        "_time",
                                                        "_time_ms",
                                                        "_s"};

struct StimulusColumn {
  std::size_t column = 0;
  std::string role;
  bool is_level = false;  // a TTL line; otherwise the time of the onset
};

std::optional<bool> level_of(std::string_view cell) {
  const std::string word = lower(cell);
  for (const char* high : {"1", "true", "high", "on", "1.0"}) {
    if (word == high) return true;
  }
  for (const char* low : {"0", "false", "low", "off", "0.0"}) {
    if (word == low) return false;
  }
  return std::nullopt;
}

class TableLog {
 public:
  TableLog(TextFile& text, const LogOptions& options)
      : options_(options), table_(text, Rows::MayBeShort), collector_(text.name(), options.names) {}

  Log read() {
    find_time();
    find_stimulus_columns();
    const bool has_stimuli =
        std::ranges::any_of(stimuli_, [](const StimulusColumn& one) { return one.role != "sync"; });
    if (has_stimuli && !options_.columns.contains("event")) return read_columns();
    return read_rows();
  }

 private:
  void find_time() {
    const auto given = options_.columns.find("time");
    if (given != options_.columns.end()) {
      time_ = table_.required_column(given->second);
    } else {
      for (std::size_t i = 0; i < table_.header().size() && !time_; ++i) {
        if (speaks_of_time(table_.header()[i])) time_ = i;
      }
    }
  }

  void find_stimulus_columns() {
    for (std::size_t i = 0; i < table_.header().size(); ++i) {
      const std::string title = lower(table_.header()[i]);
      for (const char* suffix : kOnsetSuffixes) {
        if (!title.ends_with(suffix)) continue;
        const std::string stem = title.substr(0, title.size() - std::string_view(suffix).size());
        const std::optional<std::string> role = role_of(stem, options_.names);
        if (!role || has_column_of(*role)) continue;
        if (!stimuli_.empty() && stimuli_.back().column == i) continue;
        stimuli_.push_back({i, *role, false});
      }
    }
    if (stimuli_.empty() || !time_) return;
    for (StimulusColumn& one : stimuli_) one.is_level = one.column != *time_;
    while (table_.next()) {
      for (StimulusColumn& one : stimuli_) {
        if (!table_.is_missing(one.column) && !level_of(table_.cell(one.column))) {
          one.is_level = false;
        }
      }
    }
    table_.rewind();
  }

  bool has_column_of(const std::string& role) const {
    return std::ranges::any_of(stimuli_,
                               [&](const StimulusColumn& one) { return one.role == role; });
  }

  // One row per trial or sample.
  Log read_columns() {
    std::vector<TimeColumn> clocks;
    for (const StimulusColumn& one : stimuli_) {
      const std::size_t column = one.is_level ? *time_ : one.column;
      clocks.emplace_back(table_.header()[column], column, options_.sample_rate);
    }
    std::vector<bool> was_high(stimuli_.size(), true);  // a line that begins high has no onset
    bool has_levels = false;
    while (table_.next()) {
      const TrialConditions conditions = others_than_stimuli();
      for (std::size_t i = 0; i < stimuli_.size(); ++i) {
        const StimulusColumn& one = stimuli_[i];
        if (table_.is_missing(one.column)) continue;
        if (!one.is_level) {
          const std::optional<double> time_s = clocks[i].seconds(table_);
          if (time_s) collector_.add_role(*time_s, one.role, table_.line(), conditions);
          continue;
        }
        has_levels = true;
        const bool is_high = *level_of(table_.cell(one.column));
        if (is_high && !was_high[i]) {
          const std::optional<double> time_s = clocks[i].seconds(table_);
          if (!time_s) table_.fail(*time_, "a time in every row");
          collector_.add_role(*time_s, one.role, table_.line());
        }
        was_high[i] = is_high;
      }
    }
    const bool is_date = std::ranges::any_of(clocks, &TimeColumn::is_date);
    return collector_.finish(has_levels ? "table of TTL levels" : "table of trials", is_date);
  }

  // One row per event.
  Log read_rows() {
    const std::size_t name = event_column();
    if (!time_) {
      throw InputError(
          fmt::format("{}: found the columns {}; expected a time (name it: --event-columns "
                      "time=NAME)",
                      table_.file(),
                      table_.column_list()));
    }
    const bool is_pycontrol = lower(table_.column_list()) == "time, type, subtype, content";
    TimeColumn clock(table_.header()[*time_], *time_, options_.sample_rate);
    double last_s = 0.0;
    bool is_first = true;
    while (table_.next()) {
      if (is_pycontrol && !is_occurrence(table_.cell(1))) continue;
      const std::optional<double> time_s = clock.seconds(table_);
      // BIDS: n/a is an event whose time is not known.
      if (!time_s) continue;
      if (!is_first && *time_s < last_s) {
        table_.fail(*time_, "a time not earlier than in the row above");
      }
      last_s = *time_s;
      is_first = false;
      TrialConditions conditions;
      if (!is_pycontrol) conditions = others_than(name);
      collector_.add(*time_s, table_.cell(name), table_.line(), conditions);
    }
    return collector_.finish(is_pycontrol ? "pyControl" : "table of events, " + clock.description(),
                             clock.is_date());
  }

  // Of the types of pyControl; the others are settings and messages.
  static bool is_occurrence(std::string_view type) {
    return type == "state" || type == "event" || type == "print";
  }

  std::size_t event_column() const {
    const auto given = options_.columns.find("event");
    if (given != options_.columns.end()) return table_.required_column(given->second);
    for (const char* title : kEventColumns) {
      const std::optional<std::size_t> column = table_.column(title);
      if (column && column != time_) return *column;
    }
    throw InputError(fmt::format(
        "{}: found the columns {}; expected names of events (--event-columns event=NAME), or a "
        "column for the CS and the US (--cs NAME, --us NAME)",
        table_.file(),
        table_.column_list()));
  }

  TrialConditions others_than(std::size_t name) const {
    TrialConditions conditions;
    for (std::size_t i = 0; i < table_.header().size(); ++i) {
      if (i == name || i == *time_ || table_.header()[i].empty()) continue;
      conditions.emplace_back(table_.header()[i], table_.cell(i));
    }
    return conditions;
  }

  TrialConditions others_than_stimuli() const {
    TrialConditions conditions;
    for (std::size_t i = 0; i < table_.header().size(); ++i) {
      const bool is_stimulus =
          std::ranges::any_of(stimuli_, [&](const StimulusColumn& one) { return one.column == i; });
      if (is_stimulus || table_.header()[i].empty()) continue;
      conditions.emplace_back(table_.header()[i], table_.cell(i));
    }
    return conditions;
  }

  const LogOptions& options_;
  DelimitedTable table_;
  EventCollector collector_;
  std::optional<std::size_t> time_;
  std::vector<StimulusColumn> stimuli_;
};

}  // namespace

Log table_log(TextFile& text, const LogOptions& options) { return TableLog(text, options).read(); }

}  // namespace eyelid::imports
