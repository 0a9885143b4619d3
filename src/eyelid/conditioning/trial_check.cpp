// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kLongestIsi_s = 10.0;     // human studies: 0.15 .. 2 s
constexpr double kIsiTolerance_s = 0.005;  // half a frame at 100 frames/s
constexpr double kDefaultIsi_s = 0.25;     // only for the baselines of US-alone sessions
constexpr double kInstant_s = 1e-6;        // the precision of times in files
constexpr std::size_t kMaxListed = 20;

std::optional<double> first_event_s(const Trial& trial) {
  return trial.cs_onset_s ? trial.cs_onset_s : trial.us_onset_s;
}

double last_event_s(const Trial& trial, double isi_s) {
  return trial.us_onset_s ? *trial.us_onset_s : *trial.cs_onset_s + isi_s;
}

template <class... Values>
void add(std::vector<TrialProblem>& problems,
         const TrialRow& row,
         fmt::format_string<Values...> what,
         Values&&... values) {
  problems.push_back(
      {row.line, row.trial.number, fmt::format(what, std::forward<Values>(values)...)});
}

// Nothing when seconds fit; else what the numbers may be instead.
std::optional<std::string> wrong_unit(std::span<const TrialRow> rows, const SessionTrace& trace) {
  std::size_t timed = 0;
  std::size_t outside = 0;
  double latest = 0.0;
  for (const TrialRow& row : rows) {
    const auto first = first_event_s(row.trial);
    if (!first) continue;
    ++timed;
    outside += *first > trace.last_s();
    latest = std::max(latest, *first);
  }
  if (timed == 0 || 2 * outside < timed) return std::nullopt;
  const bool may_be_ms = latest / 1000.0 <= trace.last_s();
  const bool may_be_frames = latest * trace.frame_interval_s() <= trace.last_s();
  if (may_be_ms && may_be_frames) return "milliseconds or frame numbers";
  if (may_be_ms) return "milliseconds";
  if (may_be_frames) return "frame numbers";
  return std::nullopt;
}

void check_units(std::span<const TrialRow> rows, const SessionTrace& trace, TrialCheck& check) {
  const auto unit = wrong_unit(rows, trace);
  for (const TrialRow& row : rows) {
    const Trial& trial = row.trial;
    if (trial.cs_onset_s && trial.us_onset_s) {
      const double isi_s = *trial.us_onset_s - *trial.cs_onset_s;
      if (isi_s <= 0.0) {
        add(check.faults,
            row,
            "us_onset_s {:g} is not after cs_onset_s {:g}; expected CS, then US",
            *trial.us_onset_s,
            *trial.cs_onset_s);
        continue;
      }
      if (isi_s > kLongestIsi_s && !unit) {
        add(check.faults,
            row,
            "CS and US are {:g} s apart; expected at most {:g} s (are these milliseconds?)",
            isi_s,
            kLongestIsi_s);
      }
    }
    const auto first = first_event_s(trial);
    if (unit && first && *first > trace.last_s()) {
      add(check.faults,
          row,
          "starts at {:g}, but the recording ends at {:.3f} s; this looks like {}, expected "
          "seconds",
          *first,
          trace.last_s(),
          *unit);
    }
  }
}

void check_order(std::span<const TrialRow> rows, TrialCheck& check) {
  const TrialRow* before = nullptr;
  for (const TrialRow& row : rows) {
    const auto first = first_event_s(row.trial);
    if (!first) continue;
    if (before) {
      const double last = *first_event_s(before->trial);
      if (*first == last) {
        add(check.faults,
            row,
            "starts at {:g} s like trial {} of row {}; expected each trial once",
            *first,
            before->trial.number,
            before->line);
      } else if (*first < last) {
        add(check.faults,
            row,
            "starts at {:g} s, before trial {} of row {} at {:g} s; expected rows in order of time",
            *first,
            before->trial.number,
            before->line,
            last);
      }
    }
    before = &row;
  }
}

// CS to US of the trials that have both.
std::vector<double> isis_of(std::span<const TrialRow> rows) {
  std::vector<double> isis_s;
  for (const TrialRow& row : rows) {
    const Trial& trial = row.trial;
    if (trial.cs_onset_s && trial.us_onset_s) {
      isis_s.push_back(*trial.us_onset_s - *trial.cs_onset_s);
    }
  }
  return isis_s;
}

void find_isi(std::span<const TrialRow> rows, const Preset& preset, TrialCheck& check) {
  const std::vector<double> isis_s = isis_of(rows);
  const bool is_needed = std::ranges::any_of(
      rows, [](const TrialRow& row) { return row.trial.cs_onset_s && !row.trial.us_onset_s; });
  check.isi_s = isi_of(rows, preset);
  if (!isis_s.empty()) {
    const auto [shortest, longest] = std::minmax_element(isis_s.begin(), isis_s.end());
    const double variation_s = *longest - *shortest;
    const std::string range = fmt::format("{:g} to {:g} ms", 1000.0 * *shortest, 1000.0 * *longest);
    if (variation_s > kIsiTolerance_s && is_needed && std::isnan(preset.isi_s)) {
      check.warnings.push_back(fmt::format(
          "the time from CS to US varies ({}); trials with the CS alone are scored as if the US "
          "came after {:g} ms (the setting isi_ms overrides this)",
          range,
          1000.0 * check.isi_s));
    }
  }
  if (!std::isnan(preset.isi_s) || !isis_s.empty() || !is_needed) return;
  for (const TrialRow& row : rows) {
    if (!row.trial.cs_onset_s) continue;
    add(check.faults,
        row,
        "has the CS alone and no trial of the file has both, so the end of the CR window is not "
        "known; expected the setting isi_ms (CS to US in milliseconds)");
    return;
  }
}

// Within the recording or, where it is one of several films, within its clip.
std::string bounds_of(const SessionTrace& trace, const Clip& clip) {
  const std::string place =
      trace.clips().size() > 1 ? fmt::format("clip {}", clip.number) : "the recording";
  return fmt::format("{} of {:.3f} to {:.3f} s", place, clip.first_s, clip.last_s);
}

void check_places(std::span<const TrialRow> rows, const SessionTrace& trace, TrialCheck& check) {
  if (trace.frames() == 0) return;
  const TrialRow* before = nullptr;
  for (const TrialRow& row : rows) {
    const auto first = first_event_s(row.trial);
    if (!first) continue;
    const double last = last_event_s(row.trial, check.isi_s);
    const Clip& clip = trace.clip_at(*first);
    if (*first < clip.first_s || last > clip.last_s) {
      add(check.unscorable,
          row,
          "runs from {:.3f} to {:.3f} s, outside of {}",
          *first,
          last,
          bounds_of(trace, clip));
    }
    if (before && *first < last_event_s(before->trial, check.isi_s)) {
      add(check.unscorable,
          row,
          "starts at {:.3f} s, within trial {}",
          *first,
          before->trial.number);
      add(check.unscorable,
          *before,
          "is not over when trial {} starts at {:.3f} s",
          row.trial.number,
          *first);
    }
    before = &row;
  }
}

void check_cr_window(std::span<const TrialRow> rows, const Preset& preset, TrialCheck& check) {
  double beyond_s = 0.0;
  for (const TrialRow& row : rows) {
    if (!row.trial.cs_onset_s || !row.trial.us_onset_s) continue;
    const StimulusTimes times{*row.trial.cs_onset_s, *row.trial.us_onset_s};
    beyond_s = std::max(beyond_s, time_of(preset.cr.window.to, times) - times.us_s);
  }
  if (beyond_s <= kInstant_s) return;
  check.warnings.push_back(fmt::format(
      "the CR window of preset {} ends up to {:.3g} ms after the US: there the start of "
      "the UR counts as part of a CR (the setting cr.to=us ends the window at the US)",
      preset.name,
      1000.0 * beyond_s));
}

}  // namespace

double isi_of(std::span<const TrialRow> rows, const Preset& preset) {
  if (!std::isnan(preset.isi_s)) return preset.isi_s;
  const std::vector<double> isis_s = isis_of(rows);
  return isis_s.empty() ? kDefaultIsi_s : median_of(isis_s);
}

double longest_frame_interval_s(const Preset& preset) {
  double shortest_s = std::numeric_limits<double>::infinity();
  const auto take = [&](const Window& window) {
    if (window.from.onset != window.to.onset) return;
    shortest_s = std::min(shortest_s, window.to.offset_s - window.from.offset_s);
  };
  take(preset.baseline.window);
  if (preset.cr.statistic != Statistic::Max) take(preset.cr.window);
  if (!std::isnan(preset.criterion.ur_share)) take(preset.criterion.ur);
  return 0.5 * shortest_s;
}

TrialCheck check_trials(std::span<const TrialRow> rows,
                        const SessionTrace& trace,
                        const Preset& preset) {
  TrialCheck check;
  check_units(rows, trace, check);
  check_order(rows, check);
  find_isi(rows, preset, check);
  check_cr_window(rows, preset, check);
  if (check.faults.empty()) check_places(rows, trace, check);
  std::ranges::stable_sort(check.faults, {}, &TrialProblem::line);
  return check;
}

std::string listed(const std::string& file, std::span<const TrialProblem> problems) {
  std::string text;
  for (std::size_t i = 0; i < std::min(problems.size(), kMaxListed); ++i) {
    const TrialProblem& one = problems[i];
    if (i > 0) text += '\n';
    text += one.line > 0 ? fmt::format("{}:{}: ", file, one.line) : file + ": ";
    text += fmt::format("trial {}: {}", one.trial, one.what);
  }
  if (problems.size() > kMaxListed) {
    text += fmt::format("\n{}: {} more problems", file, problems.size() - kMaxListed);
  }
  return text;
}

}  // namespace eyelid::conditioning
