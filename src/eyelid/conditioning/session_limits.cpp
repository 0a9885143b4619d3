// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_limits.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

// Values of all trials, sample by sample: on a common clock that counts frame intervals from CS or
// US onset, nearest sample.
using StackedTraces = std::map<std::int64_t, std::vector<double>>;

template <class LevelOf>
void stack(const EyeTrace& eye,
           const StimulusTimes& times,
           double zero_s,
           const Window& window,
           LevelOf&& level_of,
           StackedTraces& stacked) {
  const SampleRange range = samples_in(eye.time_s, window, times);
  const double level = level_of();
  for (std::size_t i = range.first; i < range.last; ++i) {
    stacked[std::llround((eye.time_s[i] - zero_s) / eye.frame_interval_s)].push_back(
        eye.smoothed[i] - level);
  }
}

double session_baseline(const SessionEye& session,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  StackedTraces stacked;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    stack(
        session.around(at), at, at.cs_s, preset.baseline.window, [] { return 0.0; }, stacked);
  }
  double lowest = kNoFigure;
  for (const auto& [place, values] : stacked) lowest = std::fmin(lowest, mean_of(values));
  return lowest;
}

// Peak of the median trace of all trials with a US, above their baselines.
double median_ur_peak(const SessionEye& session,
                      std::span<const TrialRow> rows,
                      std::span<const StimulusTimes> times,
                      const Preset& preset) {
  StackedTraces stacked;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].trial.us_onset_s) continue;
    const EyeTrace eye = session.around(times[i]);
    stack(
        eye,
        times[i],
        times[i].us_s,
        preset.normalize.window,
        [&] { return baseline_of(eye, times[i], preset).level; },
        stacked);
  }
  double peak = kNoFigure;
  for (auto& [place, values] : stacked) peak = std::fmax(peak, median_of(std::move(values)));
  return peak;
}

// Mean of the UR peaks of all trials with a US, above the baseline.
double mean_ur_peak(const SessionEye& session,
                    std::span<const TrialRow> rows,
                    std::span<const StimulusTimes> times,
                    const Preset& preset,
                    double baseline) {
  std::vector<double> peaks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].trial.us_onset_s) continue;
    const EyeTrace eye = session.around(times[i]);
    const SampleRange range = samples_in(eye.time_s, preset.normalize.window, times[i]);
    const std::size_t at = argmax(eye.smoothed, range);
    if (at == range.last) continue;
    const double level = std::isnan(baseline) ? baseline_of(eye, times[i], preset).level : baseline;
    peaks.push_back(eye.smoothed[at] - level);
  }
  return mean_of(peaks);
}

// MATLAB's prctile, which its iqr uses (type 5 of Hyndman & Fan).
double matlab_quantile(std::vector<double> values, double share) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return kNoFigure;
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  const double place = std::clamp(static_cast<double>(values.size()) * share - 0.5, 0.0, last);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
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
  const double iqr = matlab_quantile(deviations, 0.75) - matlab_quantile(deviations, 0.25);
  return median_of(deviations) + preset.reject.sd_iqr * iqr;
}

double population_sd(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  return stddev_of(values) * std::sqrt((n - 1.0) / n);
}

// One trial's trace above its baseline, as the BlinkLab SDK handles it.
struct SdkTrace {
  std::vector<double> values;
  std::vector<double> baseline;
  double lowest = kNoFigure;
  double before_cs = kNoFigure;  // highest in the window of baseline blinks
};

std::vector<SdkTrace> sdk_traces(const SessionEye& session,
                                 std::span<const StimulusTimes> times,
                                 const Preset& preset) {
  const Window whole{preset.baseline.window.from, preset.ur.to};
  const Preset::Reject& reject = preset.reject;
  std::vector<SdkTrace> traces;
  for (const StimulusTimes& at : times) {
    if (!std::isfinite(at.cs_s)) continue;
    const EyeTrace eye = session.around(at);
    if (missing_share(eye.time_s,
                      eye.fec,
                      eye.frame_interval_s,
                      time_of(reject.missing.from, at),
                      time_of(reject.missing.to, at)) > reject.missing_share) {
      continue;
    }
    const BaselineFigures baseline = baseline_of(eye, at, preset);
    if (!std::isfinite(baseline.level)) continue;
    SdkTrace trace;
    for (const double fec : values_in(eye.smoothed, samples_in(eye.time_s, whole, at))) {
      if (!std::isfinite(fec)) continue;
      trace.values.push_back(fec - baseline.level);
      trace.lowest = std::fmin(trace.lowest, trace.values.back());
    }
    for (const double fec : values_in(eye.smoothed, baseline.range)) {
      if (std::isfinite(fec)) trace.baseline.push_back(fec - baseline.level);
    }
    const SampleRange before = samples_in(eye.time_s, reject.above_window, at);
    const std::size_t top = argmax(eye.smoothed, before);
    if (top < before.last) trace.before_cs = eye.smoothed[top] - baseline.level;
    traces.push_back(std::move(trace));
  }
  return traces;
}

std::vector<double> joined(const std::vector<SdkTrace>& traces,
                           std::vector<double> SdkTrace::*values) {
  std::vector<double> all;
  for (const SdkTrace& trace : traces) {
    all.insert(all.end(), (trace.*values).begin(), (trace.*values).end());
  }
  return all;
}

// Mean minus `below_sd` SD of all baselines, above baseline.
double low_baseline(const std::vector<SdkTrace>& traces, const Preset& preset) {
  const std::vector<double> baselines = joined(traces, &SdkTrace::baseline);
  return mean_of(baselines) - preset.reject.below_sd * population_sd(baselines);
}

// The two passes of the SDK (examples/__main__.py): scale by the percentiles of all traces, remove
// outliers and blinks before the CS on that scale, then scale by the high percentile of the rest.
// Limits are returned in FEC above baseline.
void add_sdk_limits(const SessionEye& session,
                    std::span<const StimulusTimes> times,
                    const Preset& preset,
                    SessionLimits& limits) {
  std::vector<SdkTrace> traces = sdk_traces(session, times, preset);
  const std::vector<double> all = joined(traces, &SdkTrace::values);
  const double low = quantile_of(all, preset.normalize.low / 100.0);
  const double scale = quantile_of(all, preset.normalize.high / 100.0) - low;
  limits.scale = scale;
  limits.above_limit = preset.reject.above * scale;
  if (!(scale > 0.0)) return;
  if (!std::isnan(preset.reject.below)) {
    limits.below_limit = std::fmin(low_baseline(traces, preset), preset.reject.below * scale + low);
    std::erase_if(traces, [&](const SdkTrace& trace) { return trace.lowest < limits.below_limit; });
  }
  std::erase_if(traces,
                [&](const SdkTrace& trace) { return trace.before_cs > limits.above_limit; });
  if (!std::isnan(preset.reject.below)) {
    const double second = std::fmin(low_baseline(traces, preset), preset.reject.below * scale);
    limits.below_limit = std::fmax(limits.below_limit, second);
    std::erase_if(traces, [&](const SdkTrace& trace) { return trace.lowest < second; });
  }
  limits.scale = quantile_of(joined(traces, &SdkTrace::values), preset.normalize.high / 100.0);
}

}  // namespace

SessionLimits limits_of(const SessionEye& session,
                        std::span<const TrialRow> rows,
                        std::span<const StimulusTimes> times,
                        const Preset& preset) {
  SessionLimits limits;
  limits.above_limit = preset.reject.above;
  if (preset.baseline.scope == BaselineScope::Session) {
    limits.baseline = session_baseline(session, times, preset);
  }
  switch (preset.normalize.by) {
    case Normalization::None:
      break;
    case Normalization::UrPeak:
      limits.scale = median_ur_peak(session, rows, times, preset);
      break;
    case Normalization::MeanUr:
      limits.scale = mean_ur_peak(session, rows, times, preset, limits.baseline);
      break;
    case Normalization::Percentiles:
      add_sdk_limits(session, times, preset, limits);
      break;
  }
  const bool has_low = !std::isnan(preset.reject.below);
  if (has_low && preset.normalize.by != Normalization::Percentiles) {
    const double low = low_baseline(sdk_traces(session, times, preset), preset);
    limits.below_limit = std::fmin(low, preset.reject.below);
  }
  if (!std::isnan(preset.reject.sd_iqr)) {
    limits.sd_limit = sd_limit_of(session, times, preset, limits.scale);
  }
  return limits;
}

}  // namespace eyelid::conditioning
