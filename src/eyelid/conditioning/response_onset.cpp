// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/response_onset.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

std::optional<double> last_rise(const EyeTrace& eye, SampleRange range, double level) {
  std::optional<double> above_s;
  for (std::size_t i = range.last; i-- > range.first;) {
    if (!std::isfinite(eye.fec[i])) continue;
    if (eye.fec[i] <= level + kRounding) return above_s;
    above_s = eye.time_s[i];
  }
  return above_s;
}

// Going backward: the first sample whose closure is the next step above the level, or where there
// is none, the step after that; closures and level rounded to multiples of the resolution
// (kayla-fernando/Eyelid-conditioning-analysis, eyelidSumsLatencyCR.m).
std::optional<double> last_at_step(const EyeTrace& eye,
                                   SampleRange range,
                                   double level,
                                   double resolution) {
  const auto steps_of = [&](double fec) { return std::llround(fec / resolution); };
  std::optional<double> at_s;
  std::optional<std::int64_t> lowest;
  for (std::size_t i = range.last; i-- > range.first;) {
    if (!std::isfinite(eye.fec[i])) continue;
    const std::int64_t steps = steps_of(eye.fec[i]);
    if (steps <= steps_of(level) || (lowest && steps >= *lowest)) continue;
    lowest = steps;
    at_s = eye.time_s[i];
  }
  return at_s;
}

// Mean of `width` samples around each of `range`; fewer at the ends of the recording.
std::vector<double> smoothed_samples(const EyeTrace& eye, SampleRange range, int width) {
  std::vector<double> result;
  const auto half = static_cast<std::size_t>(width / 2);
  for (std::size_t i = range.first; i < range.last; ++i) {
    result.push_back(mean_of(
        values_in(eye.fec, {i - std::min(i, half), std::min(i + half + 1, eye.fec.size())})));
  }
  return result;
}

// FEC/s at each sample from its neighbors: numpy.gradient on uneven times.
std::vector<double> velocities(std::span<const double> time_s,
                               const std::vector<double>& smoothed,
                               SampleRange range) {
  std::vector<double> result;
  for (std::size_t i = range.first; i < range.last; ++i) {
    const std::size_t before = i > 0 ? i - 1 : i;
    const std::size_t after = std::min(i + 1, smoothed.size() - 1);
    const double slope_after = (smoothed[after] - smoothed[i]) / (time_s[after] - time_s[i]);
    const double slope_before = (smoothed[i] - smoothed[before]) / (time_s[i] - time_s[before]);
    if (before == i || after == i) {
      result.push_back(before == i ? slope_after : slope_before);
      continue;
    }
    const double whole_s = time_s[after] - time_s[before];
    result.push_back(
        (slope_after * (time_s[i] - time_s[before]) + slope_before * (time_s[after] - time_s[i])) /
        whole_s);
  }
  return result;
}

std::optional<double> fast_closing(const EyeTrace& eye,
                                   SampleRange range,
                                   const BaselineFigures& baseline,
                                   const Preset::Onset& rule) {
  // Only what the search needs, with a margin for smoothing and neighbors.
  const auto margin = static_cast<std::size_t>(rule.velocity_smoothing) + 1;
  const SampleRange around{
      std::min(baseline.range.first, range.first) -
          std::min(std::min(baseline.range.first, range.first), margin),
      std::min(std::max(baseline.range.last, range.last) + margin, eye.fec.size())};
  const std::vector<double> smoothed = smoothed_samples(eye, around, rule.velocity_smoothing);
  const std::span<const double> time_s = values_in(eye.time_s, around);
  const auto within = [&](SampleRange part) {
    return SampleRange{part.first - around.first, part.last - around.first};
  };
  const std::vector<double> rest = velocities(time_s, smoothed, within(baseline.range));
  const auto count = static_cast<double>(rest.size());
  // The source takes the SD of the population.
  const double limit =
      mean_of(rest) + rule.velocity_sd * stddev_of(rest) * std::sqrt((count - 1.0) / count);
  const double threshold =
      std::isfinite(limit) ? std::max(limit, rule.velocity_floor) : rule.velocity_floor;
  // As the source has it: the smoothed closure against the mean of the closure before the CS.
  const double level = mean_of(values_in(eye.fec, baseline.range));
  const SampleRange searched = within(range);
  const std::vector<double> speed = velocities(time_s, smoothed, searched);
  int run = 0;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    const bool is_closing =
        speed[i] >= threshold - kRounding && smoothed[searched.first + i] >= level - kRounding;
    run = is_closing ? run + 1 : 0;
    if (run == rule.velocity_run) {
      return eye.time_s[range.first + i + 1 - static_cast<std::size_t>(run)];
    }
  }
  return std::nullopt;
}

}  // namespace

double highest_level(std::initializer_list<double> levels) {
  double highest = 0.0;
  for (const double level : levels) highest = std::fmax(highest, level);
  return highest;
}

std::optional<double> first_crossing(const EyeTrace& eye,
                                     SampleRange range,
                                     double baseline,
                                     double level) {
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (eye.fec[i] > baseline + level + kRounding) return eye.time_s[i];
  }
  return std::nullopt;
}

std::optional<double> first_crossing(
    const EyeTrace& eye, double from_s, double to_s, double baseline, double level) {
  return first_crossing(eye, samples_between(eye.time_s, from_s, to_s), baseline, level);
}

std::optional<double> onset_of(const EyeTrace& eye,
                               const StimulusTimes& times,
                               const BaselineFigures& baseline,
                               const ResponseFigures& response,
                               const Preset& preset) {
  const Preset::Onset& rule = preset.onset;
  const SampleRange range = samples_in(eye.time_s, rule.window, times);
  double zero = baseline.level;
  double amplitude = response.amplitude;
  if (rule.has_baseline) {
    zero = mean_of(values_in(eye.smoothed, samples_in(eye.time_s, rule.baseline, times)));
    amplitude += baseline.level - zero;
    // A share of what is no CR by this baseline is no level.
    if (!std::isnan(rule.share) && amplitude <= preset.criterion.above + kRounding) {
      return std::nullopt;
    }
  }
  const double level = highest_level({rule.sd * baseline.sd, rule.share * amplitude, rule.above});
  std::optional<double> onset_s;
  switch (rule.method) {
    case OnsetMethod::None:
    case OnsetMethod::Flank:
      return std::nullopt;
    case OnsetMethod::Crossing:
      onset_s = first_crossing(eye, range, zero, level);
      break;
    case OnsetMethod::Backward:
      onset_s = std::isnan(rule.resolution)
                    ? last_rise(eye, range, zero + level)
                    : last_at_step(eye, range, zero + level, rule.resolution);
      break;
    case OnsetMethod::Velocity:
      onset_s = fast_closing(eye, range, baseline, rule);
      break;
  }
  if (onset_s && *onset_s - times.cs_s < rule.discard_before_s - kRounding) return std::nullopt;
  return onset_s;
}

}  // namespace eyelid::conditioning
