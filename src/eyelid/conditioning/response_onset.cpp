// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/response_onset.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "eyelid/conditioning/flank_fit.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kFlankLead_s = 0.1;  // of the level before the movement

std::optional<double> last_rise(const EyeTrace& eye, SampleRange range, double level) {
  std::optional<double> above_s;
  for (std::size_t i = range.last; i-- > range.first;) {
    if (!std::isfinite(eye.fec[i])) continue;
    if (eye.fec[i] <= level + kRounding) return above_s;
    above_s = eye.time_s[i];
  }
  return above_s;
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

// FEC/s from each sample to the next.
std::vector<double> velocities(const EyeTrace& eye, SampleRange range, int smoothing) {
  const SampleRange one_more{range.first, std::min(range.last + 1, eye.time_s.size())};
  const std::vector<double> values = smoothed_samples(eye, one_more, smoothing);
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const std::size_t at = range.first + i;
    result.push_back((values[i + 1] - values[i]) / (eye.time_s[at + 1] - eye.time_s[at]));
  }
  return result;
}

std::optional<double> fast_closing(const EyeTrace& eye,
                                   SampleRange range,
                                   const BaselineFigures& baseline,
                                   const Preset::Onset& rule) {
  const std::vector<double> rest = velocities(eye, baseline.range, rule.velocity_smoothing);
  const double limit = mean_of(rest) + rule.velocity_sd * stddev_of(rest);
  const double threshold =
      std::isfinite(limit) ? std::max(limit, rule.velocity_floor) : rule.velocity_floor;
  const std::vector<double> speed = velocities(eye, range, rule.velocity_smoothing);
  int run = 0;
  for (std::size_t i = 0; i < speed.size(); ++i) {
    run = speed[i] >= threshold - kRounding ? run + 1 : 0;
    if (run == rule.velocity_run) {
      return eye.time_s[range.first + i + 1 - static_cast<std::size_t>(run)];
    }
  }
  return std::nullopt;
}

std::optional<double> flank_onset(const EyeTrace& eye,
                                  const StimulusTimes& times,
                                  const BaselineFigures& baseline,
                                  const ResponseFigures& response) {
  // The flank, and before it the quiet eye: without the alpha response between them.
  const double lead_s =
      std::max(times.cs_s - kFlankLead_s,
               baseline.range.is_empty() ? times.cs_s : eye.time_s[baseline.range.first]);
  const SampleRange quiet = samples_between(eye.time_s, lead_s, times.cs_s);
  const double flank_from_s = response.has_alpha ? response.window_from_s : times.cs_s;
  const SampleRange flank =
      samples_between(eye.time_s, flank_from_s, response.peak_s + 0.5 * eye.frame_interval_s);
  std::vector<double> time_s;
  std::vector<double> fec;
  for (const SampleRange range : {quiet, flank}) {
    for (std::size_t i = range.first; i < range.last; ++i) {
      time_s.push_back(eye.time_s[i]);
      fec.push_back(eye.fec[i]);
    }
  }
  const std::optional<Flank> fit = fit_flank(time_s, fec, flank_from_s);
  if (!fit) return std::nullopt;
  return fit->onset_s;
}

}  // namespace

double highest_level(std::initializer_list<double> levels) {
  double highest = 0.0;
  for (const double level : levels) highest = std::fmax(highest, level);
  return highest;
}

std::optional<double> first_crossing(
    const EyeTrace& eye, double from_s, double to_s, double baseline, double level) {
  const SampleRange range = samples_between(eye.time_s, from_s, to_s);
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (eye.fec[i] > baseline + level + kRounding) return eye.time_s[i];
  }
  return std::nullopt;
}

std::optional<double> onset_of(const EyeTrace& eye,
                               const StimulusTimes& times,
                               const BaselineFigures& baseline,
                               const ResponseFigures& response,
                               const Preset& preset) {
  const Preset::Onset& rule = preset.onset;
  const SampleRange range = samples_in(eye.time_s, rule.window, times);
  const double level =
      highest_level({rule.sd * baseline.sd, rule.share * response.amplitude, rule.above});
  std::optional<double> onset_s;
  switch (rule.method) {
    case OnsetMethod::None:
      return std::nullopt;
    case OnsetMethod::Flank:
      onset_s = flank_onset(eye, times, baseline, response);
      break;
    case OnsetMethod::Crossing:
      onset_s = first_crossing(eye,
                               time_of(rule.window.from, times),
                               time_of(rule.window.to, times),
                               baseline.level,
                               level);
      break;
    case OnsetMethod::Backward:
      onset_s = last_rise(eye, range, baseline.level + level);
      break;
    case OnsetMethod::Velocity:
      onset_s = fast_closing(eye, range, baseline, rule);
      break;
  }
  if (onset_s && *onset_s - times.cs_s < rule.discard_before_s - kRounding) return std::nullopt;
  return onset_s;
}

}  // namespace eyelid::conditioning
