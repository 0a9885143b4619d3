// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_scoring.hpp"

#include <cmath>
#include <future>
#include <map>

#include "eyelid/conditioning/trial_scoring.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

StimulusTimes stimulus_times(const Trial& trial, double isi_s) {
  if (!trial.cs_onset_s && !trial.us_onset_s) return {kNoFigure, kNoFigure};
  StimulusTimes times;
  times.cs_s = trial.cs_onset_s ? *trial.cs_onset_s : *trial.us_onset_s - isi_s;
  times.us_s = trial.us_onset_s ? *trial.us_onset_s : *trial.cs_onset_s + isi_s;
  return times;
}

// Maximum of the median trace of all trials with a US, above baseline: on a common clock that
// counts frame intervals from US onset, nearest sample.
double median_ur_peak(const EyeTrace& eye,
                      std::span<const TrialRow> rows,
                      std::span<const StimulusTimes> times,
                      const Preset& preset) {
  const double step_s = eye.frame_interval_s;
  std::map<std::int64_t, std::vector<double>> values;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].trial.us_onset_s) continue;
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

// FEC above baseline of all trials, each within what `range_of` makes of its times and baseline.
template <class RangeOf>
std::vector<double> values_above_baseline(const EyeTrace& eye,
                                          std::span<const StimulusTimes> times,
                                          const Preset& preset,
                                          RangeOf&& range_of) {
  std::vector<double> values;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    const BaselineFigures baseline = baseline_of(eye, at, preset);
    for (const double fec : values_in(eye.fec, range_of(at, baseline))) {
      values.push_back(fec - baseline.level);
    }
  }
  return values;
}

// Difference between two percentiles of all baseline-corrected trial traces.
double percentile_range(const EyeTrace& eye,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  const Window whole{preset.baseline.window.from, preset.ur.to};
  const std::vector<double> values = values_above_baseline(
      eye, times, preset, [&](const StimulusTimes& at, const BaselineFigures&) {
        return samples_in(eye.time_s, whole, at);
      });
  return quantile_of(values, preset.normalize.high / 100.0) -
         quantile_of(values, preset.normalize.low / 100.0);
}

double sd_limit_of(const EyeTrace& eye,
                   std::span<const StimulusTimes> times,
                   const Preset& preset,
                   double scale) {
  std::vector<double> deviations;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    const SampleRange range = samples_in(eye.time_s, preset.reject.sd_window, at);
    deviations.push_back(stddev_of(values_in(eye.fec, range)) / scale);
  }
  const double iqr = quantile_of(deviations, 0.75) - quantile_of(deviations, 0.25);
  return median_of(deviations) + preset.reject.sd_iqr * iqr;
}

double below_limit_of(const EyeTrace& eye,
                      std::span<const StimulusTimes> times,
                      const Preset& preset) {
  const std::vector<double> values = values_above_baseline(
      eye, times, preset, [](const StimulusTimes&, const BaselineFigures& baseline) {
        return baseline.range;
      });
  const double limit = mean_of(values) - preset.reject.below_sd * stddev_of(values);
  return std::fmin(limit, preset.reject.below);
}

SessionLimits limits_of(const EyeTrace& eye,
                        std::span<const TrialRow> rows,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  SessionLimits limits;
  if (preset.normalize.by == Normalization::UrPeak) {
    limits.scale = median_ur_peak(eye, rows, times, preset);
  } else if (preset.normalize.by == Normalization::Percentiles) {
    limits.scale = percentile_range(eye, times, preset);
  }
  if (!std::isnan(preset.reject.sd_iqr)) {
    limits.sd_limit = sd_limit_of(eye, times, preset, limits.scale);
  }
  if (!std::isnan(preset.reject.below)) limits.below_limit = below_limit_of(eye, times, preset);
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
                      double frame_interval_s,
                      SessionScores& session) {
  const std::vector<double> smoothed =
      moving_mean(trace.time_s(), trace.fec(which), preset.smoothing_s);
  const EyeTrace eye{
      trace.time_s(), trace.fec(which), smoothed, trace.interpolated(), frame_interval_s};
  const SessionLimits limits = limits_of(eye, rows, session.times, preset);
  const bool can_scale = limits.scale > 0.0;
  const auto index = static_cast<std::size_t>(which);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TrialScore& score = session.scores[kScoredEyes.size() * i + index];
    score = std::isfinite(session.times[i].cs_s)
                ? score_trial(eye, rows[i].trial, session.times[i], preset, limits)
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

SessionScores score_session(const SessionTrace& trace,
                            std::span<const TrialRow> rows,
                            const Preset& preset,
                            const std::string& file) {
  if (trace.size() < 2) {
    throw InputError("the recording has " + std::to_string(trace.size()) +
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
  const double frame_interval_s = trace.frame_interval_s();
  std::vector<std::future<std::string>> eyes;
  for (const ScoredEye eye : kScoredEyes) {
    eyes.push_back(std::async(std::launch::async, [&, eye] {
      return score_eye(trace, eye, rows, preset, frame_interval_s, session);
    }));
  }
  for (std::future<std::string>& eye : eyes) {
    const std::string warning = eye.get();
    if (!warning.empty()) session.warnings.push_back(warning);
  }
  reject_unscorable(rows, session);
  return session;
}

}  // namespace eyelid::conditioning
