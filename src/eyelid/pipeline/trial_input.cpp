// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/trial_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "eyelid/core/error.hpp"
#include "eyelid/imports/time_column.hpp"

namespace eyelid::pipeline {
namespace {

std::string warning_of_bounces(const std::string& log,
                               const std::vector<std::int64_t>& lines,
                               double shortest_repeat_s) {
  constexpr std::size_t kListed = 5;
  std::string listed;
  for (std::size_t i = 0; i < std::min(lines.size(), kListed); ++i) {
    listed += (i == 0 ? "" : ", ") + std::to_string(lines[i]);
  }
  if (lines.size() > kListed) listed += ", ...";
  return fmt::format(
      "{}: {} within {:g} ms of the one before of the same name, taken for contact bounce and "
      "left out (line{} {})",
      log,
      lines.size() == 1 ? "1 event is" : fmt::format("{} events are", lines.size()),
      1000.0 * shortest_repeat_s,
      lines.size() == 1 ? "" : "s",
      listed);
}

void move(std::vector<TrialRow>& rows, double offset_s) {
  for (TrialRow& row : rows) {
    for (std::optional<double>* onset : {&row.trial.cs_onset_s, &row.trial.us_onset_s}) {
      if (*onset) **onset += offset_s;
    }
  }
}

}  // namespace

imports::Log read_events(const ScoreRequest& request, std::vector<std::string>& warnings) {
  imports::Log log = imports::read_log(request.events_file, request.log);
  std::vector<std::int64_t> bounces;
  log.events = tables::without_bounces(log.events, bounces, request.debounce_s);
  if (!bounces.empty()) {
    warnings.push_back(
        warning_of_bounces(request.events_file.string(), bounces, request.debounce_s));
  }
  return log;
}

std::vector<TrialRow> trials_on_trace_clock(const imports::Log& log,
                                            const ScoreRequest& request,
                                            double origin_s) {
  std::vector<TrialRow> rows = tables::trials_of_log(log.events);
  if (request.events_offset_s) {
    move(rows, *request.events_offset_s);
  } else if (log.is_date && origin_s > 0.0) {
    move(rows, -origin_s);
  } else if (!log.is_on_video_clock) {
    throw InputError(
        request.events_file.string() +
        ": an event log on a clock of its own, expected --sync-region (a lamp in the film), or "
        "--events-offset SECONDS (added to its times; 0: already on the clock of the video)");
  }
  return rows;
}

void move_dates(std::vector<TrialRow>& rows, double origin_s) {
  for (TrialRow& row : rows) {
    for (std::optional<double>* onset : {&row.trial.cs_onset_s, &row.trial.us_onset_s}) {
      if (*onset && **onset > imports::kEarliestDate_s) **onset -= origin_s;
    }
  }
}

}  // namespace eyelid::pipeline
