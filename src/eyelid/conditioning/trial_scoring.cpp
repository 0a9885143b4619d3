// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_scoring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "eyelid/conditioning/alpha_response.hpp"
#include "eyelid/conditioning/cr_timing.hpp"
#include "eyelid/conditioning/response_onset.hpp"
#include "eyelid/conditioning/rise_onset.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kBesideOnset_s = 0.02;  // filled frames this near make an onset uncertain
constexpr double kReflex_s = 0.04;       // after the CS: no CR begins so early (our limit)
constexpr double kMinOfWindow = 0.5;     // share of a window that must have been seen

double statistic_of(Statistic statistic, std::span<const double> values, SampleRange range) {
  switch (statistic) {
    case Statistic::Mean:
      return mean_of(values_in(values, range));
    case Statistic::Median: {
      const std::span<const double> found = values_in(values, range);
      return median_of(std::vector<double>(found.begin(), found.end()));
    }
    case Statistic::Max: {
      const std::size_t at = argmax(values, range);
      return at < range.last ? values[at] : kNoFigure;
    }
  }
  return kNoFigure;
}

// The longest stretch up to the end of `range` whose values stay within `max_range`.
SampleRange quiet_end(std::span<const double> values, SampleRange range, double max_range) {
  double low = kNoFigure;
  double high = kNoFigure;
  std::size_t first = range.last;
  while (first > range.first) {
    const double value = values[first - 1];
    if (std::isfinite(value)) {
      low = std::fmin(low, value);
      high = std::fmax(high, value);
      if (high - low > max_range + kRounding) break;
    }
    --first;
  }
  return {first, range.last};
}

bool is_in_order(const Window& window, const StimulusTimes& times) {
  return time_of(window.from, times) < time_of(window.to, times);
}

// Share of a window without closure.
double missing_in(const EyeTrace& eye, const Window& window, const StimulusTimes& times) {
  return missing_share(eye.time_s,
                       eye.fec,
                       eye.frame_interval_s,
                       time_of(window.from, times),
                       time_of(window.to, times));
}

// Scores one trial; the steps fill `score`.
class TrialScorer {
 public:
  TrialScorer(const EyeTrace& eye,
              const StimulusTimes& times,
              const Preset& preset,
              const SessionLimits& limits,
              TrialScore& score)
      : eye_(eye), times_(times), preset_(preset), limits_(limits), score_(score) {}

  void measure() {
    baseline_ = baseline_of(eye_, times_, preset_);
    if (!std::isnan(limits_.baseline)) baseline_.level = limits_.baseline;
    score_.us_s = times_.us_s;
    score_.isi_ms = 1000.0 * (times_.us_s - times_.cs_s);
    score_.baseline = baseline_.level;
    score_.baseline_sd = baseline_.sd;
    measure_gaps();
    if (score_.trial.us_onset_s) measure_ur();
    if (!score_.trial.cs_onset_s) return;
    find_alpha();
    measure_response();
    const SampleRange before_us = samples_in(eye_.time_s, preset_.at_us, times_);
    score_.amplitude_at_us = scaled(mean_of(values_in(eye_.smoothed, before_us)));
  }

  void decide() {
    if (const auto reason = rejection()) {
      score_.verdict = Verdict::Rejected;
      score_.reason = *reason;
      return;
    }
    if (!score_.trial.cs_onset_s) {
      score_.verdict = Verdict::NotApplicable;
      score_.reason = "no CS in this trial";
      return;
    }
    if (!std::isfinite(score_.cr_amplitude)) {
      score_.verdict = Verdict::Rejected;
      score_.reason = "no closure was measured in the CR window";
      return;
    }
    apply_criterion();
    if (score_.verdict == Verdict::Cr) {
      find_onset();
    }
    if (score_.verdict == Verdict::Cr) {
      grade_timing(eye_, times_, preset_, window_from_s_, limits_.scale, score_);
      find_peak();
    }
  }

 private:
  double scaled(double level) const { return (level - baseline_.level) / limits_.scale; }
  double milliseconds(double time_s) const { return 1000.0 * (time_s - times_.cs_s); }

  void measure_gaps() {
    const Window& window = preset_.reject.missing;
    if (!is_in_order(window, times_)) return;
    score_.missing_share = missing_in(eye_, window, times_);
    const SampleRange range = samples_in(eye_.time_s, window, times_);
    std::size_t filled = 0;
    for (std::size_t i = range.first; i < range.last; ++i) filled += eye_.interpolated[i];
    if (!range.is_empty()) {
      score_.interpolated_share =
          static_cast<double>(filled) / static_cast<double>(range.last - range.first);
    }
  }

  void measure_ur() {
    if (!is_in_order(preset_.ur, times_)) return;
    if (missing_in(eye_, preset_.ur, times_) > 1.0 - kMinOfWindow) return;
    const SampleRange range = samples_in(eye_.time_s, preset_.ur, times_);
    const std::size_t at = argmax(eye_.smoothed, range);
    if (at == range.last) return;
    score_.ur_peak = eye_.smoothed[at];
    score_.ur_peak_latency_ms = 1000.0 * (eye_.time_s[at] - times_.us_s);
  }

  void find_alpha() {
    window_from_s_ = time_of(preset_.cr.window.from, times_);
    const auto alpha = alpha_response_of(eye_, times_, baseline_, preset_);
    if (!alpha) return;
    score_.has_alpha = true;
    score_.alpha_amplitude = alpha->amplitude / limits_.scale;
    alpha_peak_s_ = alpha->peak_s;
    window_from_s_ = alpha->over_s;
  }

  void measure_response() {
    window_ = samples_in(eye_.time_s, preset_.cr.window, times_);
    // After an alpha response the window starts later.
    const std::size_t first = samples_between(eye_.time_s, window_from_s_, window_from_s_).first;
    window_.first = std::max(window_.first, first);
    score_.cr_amplitude = scaled(statistic_of(preset_.cr.statistic, eye_.smoothed, window_));
  }

  // The trial's own UR, or what is there without a US.
  double own_ur() const {
    const SampleRange range = samples_in(eye_.time_s, preset_.criterion.ur, times_);
    return scaled(statistic_of(Statistic::Median, eye_.smoothed, range));
  }

  double criterion_amplitude() const {
    const Preset::Criterion& rule = preset_.criterion;
    for (const double limit : {rule.above, rule.at_least, rule.ur_share * own_ur()}) {
      if (!std::isnan(limit)) return limit;
    }
    if (!std::isnan(rule.sd)) return rule.sd * baseline_.sd / limits_.scale;
    return std::isnan(rule.mean_at_least) ? rule.peak_at_least : rule.mean_at_least;
  }

  // Why the preset rejects the trial; nothing when it does not.
  std::optional<std::string> rejection() const {
    const Preset::Reject& rule = preset_.reject;
    if (score_.missing_share > rule.missing_share + kRounding) {
      return fmt::format(
          "{:.0f} % of the closure from {:.3f} to {:.3f} s is missing, more than {:.0f} %",
          100.0 * score_.missing_share,
          time_of(rule.missing.from, times_),
          time_of(rule.missing.to, times_),
          100.0 * rule.missing_share);
    }
    if (!std::isfinite(baseline_.level)) return "no closure was measured in the baseline window";
    return unsteadiness();
  }

  std::optional<std::string> unsteadiness() const {
    const Preset::Reject& rule = preset_.reject;
    const SampleRange range_window = samples_in(eye_.time_s, rule.range_window, times_);
    const double range = value_range(eye_.smoothed, range_window);
    if (range > rule.range + kRounding) {
      return fmt::format(
          "closure before the CS spans {:.3f}, more than {:g}: the eye was not at rest",
          range,
          rule.range);
    }
    const SampleRange above_window = samples_in(eye_.time_s, rule.above_window, times_);
    const std::size_t top = argmax(eye_.smoothed, above_window);
    if (top < above_window.last) {
      const double zero = rule.above_range_mean ? mean_of(values_in(eye_.smoothed, range_window))
                          : rule.above_baseline ? baseline_.level
                                                : 0.0;
      const double value = eye_.smoothed[top] - zero;
      if (value > limits_.above_limit + kRounding) {
        return fmt::format("closure before the CS reaches {:.3f}{}, more than {:g}",
                           value,
                           rule.above_range_mean || rule.above_baseline ? " above baseline" : "",
                           limits_.above_limit);
      }
    }
    const double sd =
        stddev_of(values_in(eye_.fec, samples_in(eye_.time_s, rule.sd_window, times_)));
    if (sd / limits_.scale > limits_.sd_limit + kRounding) {
      return fmt::format(
          "SD before the CS is {:.4f}, more than {:.4f} (median + {:g} IQR of the session)",
          sd / limits_.scale,
          limits_.sd_limit,
          rule.sd_iqr);
    }
    const SampleRange whole = samples_in(eye_.time_s, {rule.missing.from, preset_.ur.to}, times_);
    const std::size_t low = argmin(eye_.smoothed, whole);
    if (low < whole.last &&
        eye_.smoothed[low] - baseline_.level < limits_.below_limit - kRounding) {
      return fmt::format("closure falls to {:.3f} above baseline, below {:.3f}",
                         eye_.smoothed[low] - baseline_.level,
                         limits_.below_limit);
    }
    return std::nullopt;
  }

  void apply_criterion() {
    const Preset::Criterion& rule = preset_.criterion;
    const double amplitude = score_.cr_amplitude;
    const double mean = scaled(mean_of(values_in(eye_.smoothed, window_)));
    const double peak = scaled(statistic_of(Statistic::Max, eye_.smoothed, window_));
    // Comparisons with a rule that is off (NaN) are false.
    const bool is_cr =
        amplitude > rule.above + kRounding || amplitude >= rule.at_least - kRounding ||
        statistic_of(preset_.cr.statistic, eye_.fec, window_) - baseline_.level >
            rule.sd * baseline_.sd + kRounding ||
        amplitude > rule.ur_share * own_ur() + kRounding ||
        mean >= rule.mean_at_least - kRounding || peak >= rule.peak_at_least - kRounding;
    score_.criterion = criterion_amplitude();
    score_.verdict = is_cr ? Verdict::Cr : Verdict::NoCr;
    if (!std::isnan(rule.mean_at_least) || !std::isnan(rule.peak_at_least)) {
      const SampleRange early = samples_in(eye_.time_s, rule.poor, times_);
      const bool is_poor =
          scaled(mean_of(values_in(eye_.smoothed, early))) >= rule.poor_at_least - kRounding;
      score_.grade = is_cr ? "good" : is_poor ? "poor" : "";
      score_.reason =
          fmt::format("mean {:.3f} and peak {:.3f} above baseline; CR from {:g} or {:g}",
                      mean,
                      peak,
                      rule.mean_at_least,
                      rule.peak_at_least);
    } else {
      score_.reason = fmt::format("amplitude {:.3f} above baseline, {} {:.3f}",
                                  amplitude,
                                  is_cr ? "reaches" : "does not reach",
                                  score_.criterion);
    }
    if (score_.has_alpha) {
      score_.reason += fmt::format("; alpha response of {:.3f}", score_.alpha_amplitude);
    }
  }

  ResponseFigures response_figures() const {
    // A flank ends at its highest sample; on paired trials at the US, whose reflex comes after it.
    const double end_s = score_.trial.us_onset_s
                             ? times_.us_s
                             : std::max(time_of(preset_.peak.window.to, times_), times_.us_s);
    const SampleRange flank = samples_between(eye_.time_s, window_from_s_, end_s);
    const std::size_t top = argmax(eye_.smoothed, flank);
    return {score_.cr_amplitude * limits_.scale,
            window_from_s_,
            top < flank.last ? eye_.time_s[top] : times_.us_s};
  }

  // The crossing where no movement can be fitted.
  std::optional<double> fitted_onset(const ResponseFigures& response,
                                     const std::optional<double>& crossing_s) {
    const double from_s = score_.has_alpha ? alpha_peak_s_ : times_.cs_s;
    const std::optional<RiseOnset> rise =
        rise_onset(eye_, baseline_, {from_s, times_.cs_s + kReflex_s, response.peak_s});
    if (!rise) return crossing_s;
    score_.cr_onset_error_ms = 1000.0 * rise->error_s;
    if (rise->is_at_window_edge) score_.add_flag(trial_flag::kOnsetAtWindowEdge);
    return rise->onset_s;
  }

  void find_onset() {
    const ResponseFigures response = response_figures();
    const double level = highest_level({0.1 * response.amplitude, 5.0 * baseline_.sd});
    const auto crossing_s =
        first_crossing(eye_, window_from_s_, times_.us_s, baseline_.level, level);
    const std::optional<double> onset_s =
        preset_.onset.method == OnsetMethod::Flank
            ? fitted_onset(response, crossing_s)
            : onset_of(eye_, times_, baseline_, response, preset_);
    if (onset_s && *onset_s - times_.cs_s < preset_.alpha.onset_before_s - kRounding) {
      score_.verdict = Verdict::NoCr;
      score_.cr_onset_error_ms = kNoFigure;  // there is no CR
      std::erase(score_.flags, trial_flag::kOnsetAtWindowEdge);
      score_.has_alpha = true;
      score_.alpha_amplitude = score_.cr_amplitude;
      score_.reason = fmt::format("onset {:.1f} ms after the CS, before {:g} ms: alpha response",
                                  milliseconds(*onset_s),
                                  1000.0 * preset_.alpha.onset_before_s);
      return;
    }
    if (crossing_s) score_.cr_crossing_ms = milliseconds(*crossing_s);
    if (!onset_s) return;
    score_.cr_onset_ms = milliseconds(*onset_s);
    const SampleRange beside =
        samples_between(eye_.time_s, *onset_s - kBesideOnset_s, *onset_s + kBesideOnset_s);
    for (std::size_t i = beside.first; i < beside.last; ++i) {
      score_.is_onset_interpolated = score_.is_onset_interpolated || eye_.interpolated[i] != 0;
    }
    if (score_.is_onset_interpolated) score_.reason += "; frames filled in near the onset";
  }

  void find_peak() {
    if (preset_.peak.cs_only && score_.trial.us_onset_s) return;
    if (!is_in_order(preset_.peak.window, times_)) return;
    SampleRange range = samples_in(eye_.time_s, preset_.peak.window, times_);
    const auto begin =
        samples_between(eye_.time_s, window_from_s_, time_of(preset_.peak.window.to, times_)).first;
    if (score_.has_alpha) range.first = std::max(range.first, begin);
    const std::size_t at = argmax(eye_.smoothed, range);
    if (at >= range.last) return;
    const double latency_s = eye_.time_s[at] - times_.cs_s;
    if (latency_s < preset_.peak.discard_before_s - kRounding) return;
    if (latency_s > preset_.peak.discard_after_s + kRounding) return;
    score_.cr_peak_latency_ms = 1000.0 * latency_s;
  }

  const EyeTrace& eye_;
  const StimulusTimes& times_;
  const Preset& preset_;
  const SessionLimits& limits_;
  TrialScore& score_;
  BaselineFigures baseline_;
  double window_from_s_ = 0.0;
  double alpha_peak_s_ = 0.0;
  SampleRange window_;
};

}  // namespace

BaselineFigures baseline_of(const EyeTrace& eye, const StimulusTimes& times, const Preset& preset) {
  BaselineFigures baseline;
  baseline.range = samples_in(eye.time_s, preset.baseline.window, times);
  if (!std::isnan(preset.baseline.quiet_range)) {
    baseline.range = quiet_end(eye.smoothed, baseline.range, preset.baseline.quiet_range);
  }
  baseline.level = statistic_of(preset.baseline.statistic, eye.smoothed, baseline.range);
  baseline.sd = stddev_of(values_in(eye.fec, baseline.range));
  return baseline;
}

TrialScore score_trial(const EyeTrace& eye,
                       const Trial& trial,
                       const StimulusTimes& times,
                       const Preset& preset,
                       const SessionLimits& limits) {
  TrialScore score;
  score.trial = trial;
  TrialScorer scorer(eye, times, preset, limits, score);
  scorer.measure();
  scorer.decide();
  return score;
}

}  // namespace eyelid::conditioning
