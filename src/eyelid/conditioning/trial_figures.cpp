// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_figures.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kRise_s = 0.02;       // longer than the noise, shorter than a closing movement
constexpr double kAfterTrial_s = 1.0;  // until a reflex is over

double peak_velocity(const EyeTrace& eye, SampleRange range) {
  double fastest = kNoFigure;
  for (std::size_t i = range.first; i < range.last; ++i) {
    const std::size_t later =
        std::max(i + 1, samples_between(eye.time_s, eye.time_s[i] + kRise_s, eye.time_s[i]).first);
    if (later >= range.last) break;
    const double velocity =
        (eye.smoothed[later] - eye.smoothed[i]) / (eye.time_s[later] - eye.time_s[i]);
    fastest = std::fmax(fastest, velocity);
  }
  return fastest;
}

}  // namespace

void add_figures(const EyeTrace& eye,
                 const StimulusTimes& times,
                 const Preset& preset,
                 TrialScore& score) {
  if (score.trial.cs_onset_s) {
    // A window that a preset places by the US is too short.
    const Moment& from = preset.cr.window.from;
    const double from_s = from.onset == StimulusOnset::Cs ? time_of(from, times) : times.cs_s;
    score.peak_velocity = peak_velocity(eye, samples_between(eye.time_s, from_s, times.us_s));
    score.cr_peak_from_us_ms = score.cr_peak_latency_ms - score.isi_ms;
  }
  if (score.trial.us_onset_s) {
    const SampleRange before = samples_in(eye.time_s, preset.at_us, times);
    score.ur_above_pre_us = score.ur_peak - mean_of(values_in(eye.smoothed, before));
  }
}

std::optional<Verdict> verdict_before_cs(const EyeTrace& eye,
                                         const Trial& trial,
                                         const StimulusTimes& times,
                                         const Preset& preset,
                                         const SessionLimits& limits,
                                         double previous_s) {
  if (!trial.cs_onset_s) return std::nullopt;
  const StimulusTimes before{2.0 * times.cs_s - times.us_s, times.cs_s};
  const double first_s = std::min(time_of(preset.baseline.window.from, before),
                                  time_of(preset.reject.missing.from, before));
  if (first_s < previous_s + kAfterTrial_s) return std::nullopt;
  // Without a US: what comes at the CS is no reflex.
  const Trial quiet{trial.number, before.cs_s, std::nullopt, TrialType::CsOnly};
  const TrialScore score = score_trial(eye, quiet, before, preset, limits);
  const bool is_early = score.verdict == Verdict::Cr && score.cr_grade != CrGrade::AtUs;
  return is_early ? Verdict::NoCr : score.verdict;
}

}  // namespace eyelid::conditioning
