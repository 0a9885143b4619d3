// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/alpha_response.hpp"

#include <algorithm>
#include <cmath>

#include "eyelid/conditioning/response_onset.hpp"

namespace eyelid::conditioning {
namespace {

// From the first sample of `early` above the level to the one that has fallen to a share of the
// highest since; empty where none does before the US.
SampleRange recovered_from(const EyeTrace& eye,
                           SampleRange early,
                           double baseline,
                           double level,
                           double recovers_to,
                           double us_s) {
  std::size_t first = early.first;
  while (first < early.last && !(eye.smoothed[first] - baseline > level + kRounding)) ++first;
  const std::size_t end = samples_between(eye.time_s, us_s, us_s).first;
  double highest = 0.0;
  for (std::size_t i = first; i < end; ++i) {
    const double closure = eye.smoothed[i] - baseline;
    highest = std::fmax(highest, closure);
    if (closure <= recovers_to * highest) return {first, i};
  }
  return {};
}

}  // namespace

std::optional<AlphaResponse> alpha_response_of(const EyeTrace& eye,
                                               const StimulusTimes& times,
                                               const BaselineFigures& baseline,
                                               const Preset& preset) {
  const Preset::Alpha& rule = preset.alpha;
  if (!rule.is_on) return std::nullopt;
  const SampleRange early = samples_in(eye.time_s, rule.window, times);
  std::size_t at = argmax(eye.smoothed, early);
  if (at == early.last) return std::nullopt;
  const double level = highest_level({rule.above, rule.sd * baseline.sd});
  if (!(eye.smoothed[at] - baseline.level > level + kRounding)) return std::nullopt;
  AlphaResponse alpha;
  alpha.over_s = time_of(preset.cr.window.from, times);
  if (!std::isnan(rule.recovers_to)) {
    const SampleRange range =
        recovered_from(eye, early, baseline.level, level, rule.recovers_to, times.us_s);
    if (range.is_empty()) return std::nullopt;
    at = argmax(eye.smoothed, range);
    alpha.over_s = std::max(alpha.over_s, eye.time_s[range.last]);
  }
  alpha.peak_s = eye.time_s[at];
  alpha.amplitude = eye.smoothed[at] - baseline.level;
  const double tail_end_s =
      std::min(alpha.over_s + rule.tail_s, time_of(preset.cr.window.to, times));
  const SampleRange tail = samples_between(eye.time_s, alpha.over_s, tail_end_s);
  const std::size_t lowest = argmin(eye.smoothed, tail);
  alpha.over_s = lowest < tail.last ? eye.time_s[lowest] : time_of(preset.cr.window.from, times);
  return alpha;
}

}  // namespace eyelid::conditioning
