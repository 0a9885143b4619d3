// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_scoring.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <map>

#include "eyelid/conditioning/trial_scoring.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

// Besides what a preset asks for: the report shows 0.5 s before the CS to 0.6 s behind the US, and
// a calibration from trials takes less.
constexpr double kShownBefore_s = 0.5;
constexpr double kShownAfter_s = 0.6;
constexpr double kMargin_s = 0.1;
constexpr double kLongestInterval_s = 0.1;  // between frames, where windows are in samples

StimulusTimes stimulus_times(const Trial& trial, double isi_s) {
  if (!trial.cs_onset_s && !trial.us_onset_s) return {kNoFigure, kNoFigure};
  StimulusTimes times;
  times.cs_s = trial.cs_onset_s ? *trial.cs_onset_s : *trial.us_onset_s - isi_s;
  times.us_s = trial.us_onset_s ? *trial.us_onset_s : *trial.cs_onset_s + isi_s;
  return times;
}

// Maximum of the median trace of all trials with a US, above baseline: on a common clock that
// counts frame intervals from US onset, nearest sample.
double median_ur_peak(const SessionEye& session,
                      std::span<const TrialRow> rows,
                      std::span<const StimulusTimes> times,
                      const Preset& preset) {
  const double step_s = session.frame_interval_s();
  std::map<std::int64_t, std::vector<double>> values;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].trial.us_onset_s) continue;
    const EyeTrace eye = session.around(times[i]);
    const double baseline = baseline_of(eye, times[i], preset).level;
    const SampleRange range = samples_in(eye.time_s, preset.normalize.window, times[i]);
    for (std::size_t j = range.first; j < range.last; ++j) {
      values[std::llround((eye.time_s[j] - times[i].us_s) / step_s)].push_back(eye.fec[j] -
                                                                               baseline);
    }
  }
  double peak = kNoFigure;
  for (auto& [place, at] : values) peak = std::fmax(peak, median_of(std::move(at)));
  return peak;
}

// FEC above baseline of all trials, each within what `range_of` makes of its trace, times, and
// baseline.
template <class RangeOf>
std::vector<double> values_above_baseline(const SessionEye& session,
                                          std::span<const StimulusTimes> times,
                                          const Preset& preset,
                                          RangeOf&& range_of) {
  std::vector<double> values;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    const EyeTrace eye = session.around(at);
    const BaselineFigures baseline = baseline_of(eye, at, preset);
    for (const double fec : values_in(eye.fec, range_of(eye, at, baseline))) {
      values.push_back(fec - baseline.level);
    }
  }
  return values;
}

// Difference between two percentiles of all baseline-corrected trial traces.
double percentile_range(const SessionEye& session,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  const Window whole{preset.baseline.window.from, preset.ur.to};
  const std::vector<double> values = values_above_baseline(
      session,
      times,
      preset,
      [&](const EyeTrace& eye, const StimulusTimes& at, const BaselineFigures&) {
        return samples_in(eye.time_s, whole, at);
      });
  return quantile_of(values, preset.normalize.high / 100.0) -
         quantile_of(values, preset.normalize.low / 100.0);
}

double sd_limit_of(const SessionEye& session,
                   std::span<const StimulusTimes> times,
                   const Preset& preset,
                   double scale) {
  std::vector<double> deviations;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    const EyeTrace eye = session.around(at);
    const SampleRange range = samples_in(eye.time_s, preset.reject.sd_window, at);
    deviations.push_back(stddev_of(values_in(eye.fec, range)) / scale);
  }
  const double iqr = quantile_of(deviations, 0.75) - quantile_of(deviations, 0.25);
  return median_of(deviations) + preset.reject.sd_iqr * iqr;
}

double below_limit_of(const SessionEye& session,
                      std::span<const StimulusTimes> times,
                      const Preset& preset) {
  const std::vector<double> values = values_above_baseline(
      session,
      times,
      preset,
      [](const EyeTrace&, const StimulusTimes&, const BaselineFigures& baseline) {
        return baseline.range;
      });
  const double limit = mean_of(values) - preset.reject.below_sd * stddev_of(values);
  return std::fmin(limit, preset.reject.below);
}

SessionLimits limits_of(const SessionEye& session,
                        std::span<const TrialRow> rows,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  SessionLimits limits;
  if (preset.normalize.by == Normalization::UrPeak) {
    limits.scale = median_ur_peak(session, rows, times, preset);
  } else if (preset.normalize.by == Normalization::Percentiles) {
    limits.scale = percentile_range(session, times, preset);
  }
  if (!std::isnan(preset.reject.sd_iqr)) {
    limits.sd_limit = sd_limit_of(session, times, preset, limits.scale);
  }
  if (!std::isnan(preset.reject.below)) limits.below_limit = below_limit_of(session, times, preset);
  return limits;
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
  const SessionEye eye(trace, which, preset.smoothing_s);
  const SessionLimits limits = limits_of(eye, rows, session.times, preset);
  const bool can_scale = limits.scale > 0.0;
  const auto index = static_cast<std::size_t>(which);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TrialScore& score = session.scores[kScoredEyes.size() * i + index];
    score = std::isfinite(session.times[i].cs_s)
                ? score_trial(
                      eye.around(session.times[i]), rows[i].trial, session.times[i], preset, limits)
                : blank_score(rows[i].trial);
    score.eye = which;
    if (!can_scale && std::isfinite(session.times[i].cs_s)) {
      score.verdict = Verdict::Rejected;
      score.reason = "no response of this session to divide amplitudes by";
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
        TrialScore& score = session.scores[kScoredEyes.size() * i + eye];
        score.verdict = Verdict::Rejected;
        score.reason = problem.what;
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
    spans.push_back({times.cs_s - std::max(preset.reach.before_s, kShownBefore_s) - margin_s,
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
