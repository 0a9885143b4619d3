// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_scoring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <string>
#include <utility>

#include "eyelid/conditioning/session_limits.hpp"
#include "eyelid/conditioning/trial_figures.hpp"
#include "eyelid/conditioning/trial_scoring.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

// Besides what a preset asks for: the report shows 0.5 s before the CS to 0.6 s behind the US, and
// a calibration from trials takes less.
constexpr double kShownBefore_s = 0.5;
constexpr double kShownAfter_s = 0.6;
constexpr double kMargin_s = 0.1;
constexpr double kLongestInterval_s = 0.1;  // between frames, where windows are in samples

constexpr double kSlack_s = 5e-6;  // of frame intervals in files, whose times have microseconds

StimulusTimes stimulus_times(const Trial& trial, double isi_s) {
  if (!trial.cs_onset_s && !trial.us_onset_s) return {kNoFigure, kNoFigure};
  StimulusTimes times;
  times.cs_s = trial.cs_onset_s ? *trial.cs_onset_s : *trial.us_onset_s - isi_s;
  times.us_s = trial.us_onset_s ? *trial.us_onset_s : *trial.cs_onset_s + isi_s;
  return times;
}

bool has_unfiltered(const SessionTrace& trace) {
  return std::ranges::any_of(trace.unfiltered(ScoredEye::Mean),
                             [](double fec) { return std::isfinite(fec); });
}

void reject(TrialScore& score, std::string reason) {
  score.verdict = Verdict::Rejected;
  score.cr_grade = CrGrade::None;
  score.flags.clear();
  score.reason = std::move(reason);
}

TrialScore blank_score(const Trial& trial) {
  TrialScore score;
  score.trial = trial;
  score.reason = "blank trial: neither CS nor US";
  return score;
}

// Fills the scores of one eye; returns a warning, or nothing.
std::string score_eye(const SessionTrace& trace,
                      ScoredEye which,
                      std::span<const TrialRow> rows,
                      const Preset& preset,
                      SessionScores& session) {
  const SessionEye eye(trace, which, preset);
  const SessionLimits limits = limits_of(eye, rows, session.times, preset);
  const bool can_scale = limits.scale > 0.0;
  const auto index = static_cast<std::size_t>(which);
  double previous_s = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TrialScore& score = session.scores[kScoredEyes.size() * i + index];
    score = std::isfinite(session.times[i].cs_s)
                ? score_trial(
                      eye.around(session.times[i]), rows[i].trial, session.times[i], preset, limits)
                : blank_score(rows[i].trial);
    score.eye = which;
    if (std::isfinite(session.times[i].cs_s)) {
      const EyeTrace near = eye.around(session.times[i]);
      add_figures(near, session.times[i], preset, score);
      score.verdict_before_cs =
          verdict_before_cs(near, rows[i].trial, session.times[i], preset, limits, previous_s);
      previous_s = session.times[i].us_s;
    }
    if (!can_scale && std::isfinite(session.times[i].cs_s)) {
      reject(score, "no response of this session to divide amplitudes by");
    }
  }
  if (can_scale) return "";
  return std::string(name_of(which)) + " eye: no response to divide amplitudes by, as preset " +
         preset.name + " does; all its trials are rejected";
}

void reject_unscorable(std::span<const TrialRow> rows, SessionScores& session) {
  for (const TrialProblem& problem : session.unscorable) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].trial.number != problem.trial) continue;
      for (std::size_t eye = 0; eye < kScoredEyes.size(); ++eye) {
        reject(session.scores[kScoredEyes.size() * i + eye], problem.what);
      }
    }
  }
}

}  // namespace

std::vector<TimeSpan> spans_of_trials(std::span<const TrialRow> rows, const Preset& preset) {
  double margin_s = kMargin_s + preset.smoothing_s + preset.alpha.tail_s;
  if (preset.onset.method == OnsetMethod::Velocity) {
    margin_s += kLongestInterval_s * preset.onset.velocity_smoothing;
  }
  const double isi_s = isi_of(rows, preset);
  std::vector<TimeSpan> spans;
  for (const TrialRow& row : rows) {
    const StimulusTimes times = stimulus_times(row.trial, isi_s);
    if (!std::isfinite(times.cs_s)) continue;
    // The same rule is applied one ISI earlier (trial_figures.hpp).
    const double before_s = preset.reach.before_s + (times.us_s - times.cs_s);
    spans.push_back({times.cs_s - std::max(before_s, kShownBefore_s) - margin_s,
                     times.us_s + std::max(preset.reach.after_s, kShownAfter_s) + margin_s});
  }
  std::ranges::sort(spans, {}, &TimeSpan::from_s);
  std::vector<TimeSpan> merged;
  for (const TimeSpan& span : spans) {
    if (merged.empty() || span.from_s > merged.back().to_s) {
      merged.push_back(span);
    } else {
      merged.back().to_s = std::max(merged.back().to_s, span.to_s);
    }
  }
  return merged;
}

SessionScores score_session(const SessionTrace& trace,
                            std::span<const TrialRow> rows,
                            const Preset& preset,
                            const std::string& file) {
  if (trace.frames() < 2) {
    throw InputError("the recording has " + std::to_string(trace.frames()) +
                     " frames with a time; expected at least 2");
  }
  if (rows.empty()) throw InputError(file + ": no trial, expected at least one row");
  const double frame_interval_s = trace.frame_interval_s();
  if (frame_interval_s > longest_frame_interval_s(preset) + kSlack_s) {
    throw InputError(fmt::format("frame interval {:.3g} ms, preset {} needs at most {:.3g} ms",
                                 1000.0 * frame_interval_s,
                                 preset.name,
                                 1000.0 * longest_frame_interval_s(preset)));
  }
  if (preset.uses_unfiltered && !has_unfiltered(trace)) {
    throw InputError("preset " + preset.name +
                     ": sd_trace is unfiltered, expected ear_right or ear_left in frames.csv and "
                     "the levels of session.json");
  }
  TrialCheck check = check_trials(rows, trace, preset);
  if (!check.faults.empty()) throw InputError(listed(file, check.faults));
  SessionScores session;
  session.isi_s = check.isi_s;
  session.warnings = std::move(check.warnings);
  session.unscorable = std::move(check.unscorable);
  for (const TrialRow& row : rows) session.times.push_back(stimulus_times(row.trial, check.isi_s));
  session.scores.resize(kScoredEyes.size() * rows.size());
  // The eyes are independent and write to separate places of the result.
  std::vector<std::future<std::string>> eyes;
  for (const ScoredEye eye : kScoredEyes) {
    eyes.push_back(std::async(std::launch::async,
                              [&, eye] { return score_eye(trace, eye, rows, preset, session); }));
  }
  for (std::future<std::string>& eye : eyes) {
    const std::string warning = eye.get();
    if (!warning.empty()) session.warnings.push_back(warning);
  }
  reject_unscorable(rows, session);
  return session;
}

}  // namespace eyelid::conditioning
