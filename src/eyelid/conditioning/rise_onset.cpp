// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/rise_onset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "eyelid/conditioning/flank_fit.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kLead_s = 0.15;  // of the quiet stretch before the rise
constexpr double kSmoothing_s = 0.02;
constexpr double kDipOfSd = 2.0;     // a closure higher than this many SD of the baseline ...
constexpr double kDipOfRise = 0.06;  // ... and this share of the rise ends the quiet stretch
constexpr double kFalling = 0.35;    // of that: what still falls into the stretch does not belong
// A first step that stands out, and a rest: this long, climbing at most this share of the speed of
// what follows, which is a good part of the rise.
constexpr double kStepOfSd = 5.0;
constexpr double kStepOfRise = 0.03;
constexpr double kRest_s = 0.015;
constexpr double kRestSpeed = 0.25;
constexpr double kRemaining = 0.25;
constexpr double kRestSmoothing_s = 0.01;
constexpr double kFoot = 0.1;  // of the rise
constexpr std::array<double, 2> kLongParts{0.95, 0.775};
constexpr double kShortPart = 0.6;
constexpr double kAsWell = 1.35;  // variance of residuals, against the short part's

struct FiniteSamples {
  std::vector<double> time_s;
  std::vector<double> fec;
  std::vector<double> smoothed;
};

FiniteSamples finite_samples(const EyeTrace& eye, SampleRange range) {
  FiniteSamples samples;
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (!std::isfinite(eye.fec[i])) continue;
    samples.time_s.push_back(eye.time_s[i]);
    samples.fec.push_back(eye.fec[i]);
  }
  samples.smoothed = moving_mean(samples.time_s, samples.fec, kSmoothing_s);
  return samples;
}

// The quiet stretch and the rise after it, as places of samples.
struct Rise {
  std::size_t first = 0;   // of the quiet stretch
  std::size_t lowest = 0;  // before the rise
  double low = 0.0;
  double height = 0.0;  // of the rise above it
};

std::optional<Rise> last_rise_of(const FiniteSamples& samples, const BaselineFigures& baseline) {
  const std::vector<double>& smoothed = samples.smoothed;
  const std::size_t count = smoothed.size();
  // The samples end at the peak; its plateau may hold a higher one.
  const double top = *std::max_element(
      std::lower_bound(samples.time_s.begin(), samples.time_s.end(), samples.time_s.back() - 0.03) -
          samples.time_s.begin() + smoothed.begin(),
      smoothed.end());
  const double amplitude = top - baseline.level;
  if (!(amplitude > 0.0)) return std::nullopt;
  std::size_t middle = count - 1;
  while (middle > 0 && smoothed[middle - 1] >= baseline.level + 0.5 * amplitude) --middle;
  const double dip = std::fmax(kDipOfSd * baseline.sd, kDipOfRise * amplitude);
  Rise rise;
  rise.lowest = middle;
  for (std::size_t i = middle + 1; i-- > 0;) {
    if (smoothed[i] < smoothed[rise.lowest]) rise.lowest = i;
    rise.first = i;
    if (smoothed[i] > smoothed[rise.lowest] + dip) break;
  }
  rise.low = smoothed[rise.lowest];
  rise.height = top - rise.low;
  while (rise.first < rise.lowest && smoothed[rise.first] > rise.low + kFalling * dip) {
    ++rise.first;
  }
  return rise;
}

// The rise after the first rest where a step came before window.reflex_s; nothing without either.
std::optional<Rise> rise_after_reflex(const FiniteSamples& samples,
                                      const Rise& rise,
                                      const RiseWindow& window,
                                      double noise) {
  const std::vector<double>& time_s = samples.time_s;
  const std::vector<double> fec = moving_mean(time_s, samples.fec, kRestSmoothing_s);
  const double top = rise.low + rise.height;
  const double step = std::fmax(kStepOfSd * noise, kStepOfRise * rise.height);
  std::size_t first = rise.lowest;
  while (first < fec.size() && (time_s[first] < window.from_s || fec[first] < rise.low + step)) {
    ++first;
  }
  if (first == fec.size() || time_s[first] >= window.reflex_s) return std::nullopt;
  const double remaining = std::fmax(kStepOfSd * noise, kRemaining * rise.height);
  std::optional<Rise> later;
  for (std::size_t last = first; last < fec.size() && top - fec[last] >= remaining; ++last) {
    if (time_s[last] < time_s[first] + kRest_s) continue;
    const double speed = (top - fec[last]) / (time_s.back() - time_s[last]);
    if (fec[last] - fec[first] <= kRestSpeed * speed * (time_s[last] - time_s[first])) {
      if (!later) later = Rise{first, last, 0.0, 0.0};
      if (fec[last] <= fec[later->lowest]) later->lowest = last;
    } else if (later) {
      break;
    }
    ++first;
  }
  if (!later) return std::nullopt;
  later->low = fec[later->lowest];
  later->height = top - later->low;
  return later;
}

// The quiet stretch and the rise up to `part` of its height.
std::optional<FlankOnset> fit_part(const FiniteSamples& samples,
                                   Rise rise,
                                   double part,
                                   double from_s) {
  std::size_t last = rise.lowest;
  while (last < samples.fec.size() && samples.smoothed[last] < rise.low + part * rise.height) {
    ++last;
  }
  last = std::min(last + 1, samples.fec.size());
  std::size_t foot = last - 1;
  while (foot > rise.first && samples.smoothed[foot] > rise.low + kFoot * rise.height) --foot;
  while (rise.first < foot && samples.time_s[rise.first] < samples.time_s[foot] - kLead_s) {
    ++rise.first;
  }
  const std::size_t count = last - rise.first;
  return fit_flank(std::span(samples.time_s).subspan(rise.first, count),
                   std::span(samples.fec).subspan(rise.first, count),
                   from_s);
}

// The longest part of the rise that one movement explains as well as the shortest.
std::optional<FlankOnset> fit_rise(const FiniteSamples& samples, const Rise& rise, double from_s) {
  const std::optional<FlankOnset> shortest = fit_part(samples, rise, kShortPart, from_s);
  if (!shortest) return std::nullopt;
  for (const double part : kLongParts) {
    const std::optional<FlankOnset> longer = fit_part(samples, rise, part, from_s);
    if (longer && longer->variance <= kAsWell * shortest->variance) return longer;
  }
  return shortest;
}

}  // namespace

std::optional<RiseOnset> rise_onset(const EyeTrace& eye,
                                    const BaselineFigures& baseline,
                                    const RiseWindow& window) {
  const FiniteSamples samples = finite_samples(
      eye,
      samples_between(
          eye.time_s, window.from_s - kLead_s, window.peak_s + 0.5 * eye.frame_interval_s));
  if (samples.fec.empty()) return std::nullopt;
  std::optional<Rise> rise = last_rise_of(samples, baseline);
  if (!rise) return std::nullopt;
  if (const auto later = rise_after_reflex(samples, *rise, window, baseline.sd)) {
    rise = later;
  }
  const std::optional<FlankOnset> onset = fit_rise(samples, *rise, window.from_s);
  if (!onset) return std::nullopt;
  return RiseOnset{onset->onset_s,
                   onset->error_s,
                   onset->onset_s - onset->error_s <= window.from_s + eye.frame_interval_s};
}

}  // namespace eyelid::conditioning
