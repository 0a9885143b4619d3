// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_trace.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kTimeTolerance_s = 1e-6;

double exact_decimal(float value) {
  const double scaled = static_cast<double>(value) * 1e6;
  return std::isfinite(scaled) ? std::round(scaled) / 1e6 : kNoFigure;
}

template <class Better>
std::size_t best_of(std::span<const double> values, SampleRange range, Better is_better) {
  std::size_t best = range.last;
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (!std::isfinite(values[i])) continue;
    if (best == range.last || is_better(values[i], values[best])) best = i;
  }
  return best;
}

}  // namespace

void SessionTrace::note_time(const EyelidSample& sample) {
  if (!std::isfinite(sample.time_s) || (frames_ > 0 && sample.time_s <= last_s())) {
    throw InputError("frame " + std::to_string(sample.frame) + ": time_s is " +
                     std::to_string(sample.time_s) +
                     ", expected a time after that of the frame before");
  }
  if (frames_ > 0 && sample.clip < clips_.back().number) {
    throw InputError("frame " + std::to_string(sample.frame) + ": clip is " +
                     std::to_string(sample.clip) + ", expected none before " +
                     std::to_string(clips_.back().number) + ", that of the frame before");
  }
  if (frames_ > 0) ++steps_[std::llround(1e6 * (sample.time_s - last_s()))];
  if (frames_ == 0 || sample.clip != clips_.back().number) {
    clips_.push_back({sample.clip, sample.time_s, sample.time_s, {time_s_.size(), time_s_.size()}});
  }
  clips_.back().last_s = sample.time_s;
  ++frames_;
}

bool SessionTrace::is_kept(double time_s) {
  if (keeps_all_) return true;
  while (next_span_ < spans_.size() && time_s > spans_[next_span_].to_s) ++next_span_;
  return next_span_ < spans_.size() && time_s >= spans_[next_span_].from_s;
}

void SessionTrace::add(const EyelidSample& sample) {
  note_time(sample);
  if (!is_kept(sample.time_s)) return;
  frame_.push_back(sample.frame);
  time_s_.push_back(sample.time_s);
  fec_[0].push_back(exact_decimal(sample.fec.right));
  fec_[1].push_back(exact_decimal(sample.fec.left));
  fec_[2].push_back(exact_decimal(sample.mean_fec));
  interpolated_.push_back(sample.is_interpolated ? 1 : 0);
  clips_.back().kept.last = time_s_.size();
  if (!levels_) return;
  PerEye<double> unfiltered{kNoFigure, kNoFigure};
  for (const Eye eye : kEyes) {
    const EyeLevels& levels = (*levels_)[eye];
    if (!are_usable(levels) || !std::isfinite(sample.fec[eye])) continue;
    unfiltered[eye] = static_cast<double>((levels.open_ear - sample.ear[eye]) /
                                          (levels.open_ear - levels.closed_ear));
  }
  unfiltered_[0].push_back(unfiltered.right);
  unfiltered_[1].push_back(unfiltered.left);
  unfiltered_[2].push_back(mean_of(std::array{unfiltered.right, unfiltered.left}));
}

double SessionTrace::frame_interval_s() const {
  std::int64_t seen = 0;
  for (const auto& [step_us, count] : steps_) {
    seen += count;
    if (seen > (frames_ - 1) / 2) return static_cast<double>(step_us) / 1e6;
  }
  return 0.0;
}

const Clip& SessionTrace::clip_at(double time_s) const {
  EYELID_EXPECTS(!clips_.empty());
  const auto next = std::upper_bound(
      clips_.begin(), clips_.end(), time_s + kTimeTolerance_s, [](double at, const Clip& clip) {
        return at < clip.first_s;
      });
  return next == clips_.begin() ? clips_.front() : *(next - 1);
}

SampleRange SessionTrace::between(const StimulusTimes& times, double from_s, double to_s) const {
  const SampleRange kept = clip_of(times).kept;
  const SampleRange found = samples_between(values_in(time_s_, kept), from_s, to_s);
  return {kept.first + found.first, kept.first + found.last};
}

double time_of(const Moment& moment, const StimulusTimes& times) {
  return (moment.onset == StimulusOnset::Cs ? times.cs_s : times.us_s) + moment.offset_s;
}

SampleRange samples_between(std::span<const double> time_s, double from_s, double to_s) {
  const auto index = [&](double at) {
    const auto place = std::lower_bound(time_s.begin(), time_s.end(), at - kTimeTolerance_s);
    return static_cast<std::size_t>(place - time_s.begin());
  };
  return {index(from_s), index(to_s)};
}

SampleRange samples_in(std::span<const double> time_s,
                       const Window& window,
                       const StimulusTimes& times) {
  // samples_between() includes its first moment and leaves out its last.
  const double beyond_s = 2.0 * kTimeTolerance_s;
  return samples_between(time_s,
                         time_of(window.from, times) + (window.includes_from ? 0.0 : beyond_s),
                         time_of(window.to, times) + (window.includes_to ? beyond_s : 0.0));
}

std::span<const double> values_in(std::span<const double> values, SampleRange range) {
  if (range.is_empty()) return {};
  return values.subspan(range.first, range.last - range.first);
}

std::size_t argmax(std::span<const double> values, SampleRange range) {
  return best_of(values, range, std::greater<>());
}

std::size_t argmin(std::span<const double> values, SampleRange range) {
  return best_of(values, range, std::less<>());
}

double value_range(std::span<const double> values, SampleRange range) {
  const std::size_t highest = argmax(values, range);
  if (highest == range.last) return kNoFigure;
  return values[highest] - values[argmin(values, range)];
}

double missing_share(std::span<const double> time_s,
                     std::span<const double> values,
                     double frame_interval_s,
                     double from_s,
                     double to_s) {
  const SampleRange range = samples_between(time_s, from_s, to_s);
  double covered_s = 0.0;
  for (std::size_t i = range.first; i < range.last; ++i) {
    if (!std::isfinite(values[i])) continue;
    const double next_s = i + 1 < time_s.size() ? time_s[i + 1] : time_s[i] + frame_interval_s;
    covered_s += std::min({next_s - time_s[i], 1.5 * frame_interval_s, to_s - time_s[i]});
  }
  return std::clamp(1.0 - covered_s / (to_s - from_s), 0.0, 1.0);
}

std::vector<double> moving_mean(std::span<const double> time_s,
                                std::span<const double> values,
                                double width_s) {
  std::vector<double> result(values.begin(), values.end());
  if (width_s <= 0.0) return result;
  const double half_s = 0.5 * width_s + kTimeTolerance_s;
  double sum = 0.0;
  std::size_t count = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (; last < values.size() && time_s[last] <= time_s[i] + half_s; ++last) {
      if (!std::isfinite(values[last])) continue;
      sum += values[last];
      ++count;
    }
    for (; time_s[first] < time_s[i] - half_s; ++first) {
      if (!std::isfinite(values[first])) continue;
      sum -= values[first];
      // An empty sum restarts at 0: rounding errors do not accumulate over an hour.
      if (--count == 0) sum = 0.0;
    }
    if (std::isfinite(values[i]) && count > 1) result[i] = sum / static_cast<double>(count);
  }
  return result;
}

}  // namespace eyelid::conditioning
