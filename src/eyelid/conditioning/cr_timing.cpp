// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/cr_timing.hpp"

#include <fmt/format.h>

#include <cmath>

#include "eyelid/conditioning/response_onset.hpp"

namespace eyelid::conditioning {
namespace {

// Fewer trials of people who were startled and never conditioned pass 40 % than less; more would
// cost true responses (docs/conditioning.md).
constexpr double kStillClosed = 0.4;  // of the peak before the US

constexpr double kComplete = 0.8;   // FEC above baseline
constexpr double kAbrupt_s = 0.1;   // from onset to 90 % of the amplitude
constexpr double kHeld_s = 0.1;     // from there to the US
constexpr double kNearlyAll = 0.9;  // of the amplitude

// Above baseline, divided.
double peak_between(
    const EyeTrace& eye, double from_s, double to_s, double scale, const TrialScore& score) {
  const SampleRange range = samples_between(eye.time_s, from_s, to_s);
  const std::size_t top = argmax(eye.smoothed, range);
  return top < range.last ? (eye.smoothed[top] - score.baseline) / scale : kNoFigure;
}

bool looks_voluntary(const EyeTrace& eye,
                     const StimulusTimes& times,
                     double scale,
                     const TrialScore& score) {
  const double amplitude = score.cr_amplitude * scale;
  if (!std::isfinite(score.cr_onset_ms) || amplitude < kComplete) return false;
  if (score.amplitude_at_us < kNearlyAll * score.cr_amplitude) return false;
  const double onset_s = times.cs_s + 0.001 * score.cr_onset_ms;
  const SampleRange after = samples_between(eye.time_s, onset_s, times.us_s);
  for (std::size_t i = after.first; i < after.last; ++i) {
    if (!(eye.smoothed[i] - score.baseline >= kNearlyAll * amplitude)) continue;
    const double full_s = eye.time_s[i];
    return full_s - onset_s <= kAbrupt_s && times.us_s - full_s >= kHeld_s;
  }
  return false;
}

}  // namespace

void grade_timing(const EyeTrace& eye,
                  const StimulusTimes& times,
                  const Preset& preset,
                  double window_from_s,
                  double scale,
                  TrialScore& score) {
  const double at_us = score.amplitude_at_us;
  const double peak = peak_between(eye, window_from_s, times.us_s, scale, score);
  const bool is_closed =
      at_us > score.criterion + kRounding && at_us >= kStillClosed * peak - kRounding;
  const bool is_at_us = preset.cr.window.from.onset == StimulusOnset::Us || is_closed;
  score.cr_grade = is_at_us ? CrGrade::AtUs : CrGrade::EarlyOnly;
  if (!is_at_us) {
    score.reason += std::isfinite(at_us) ? fmt::format("; only {:.3f} at the US: early only", at_us)
                                         : "; no closure was measured at the US: early only";
  }
  if (looks_voluntary(eye, times, scale, score)) score.add_flag(trial_flag::kVoluntarySuspect);
}

}  // namespace eyelid::conditioning
