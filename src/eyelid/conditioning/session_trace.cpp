// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_trace.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

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

void SessionTrace::add(const EyelidSample& sample) {
  if (!std::isfinite(sample.time_s) || (!time_s_.empty() && sample.time_s <= time_s_.back())) {
    throw InputError("frame " + std::to_string(sample.frame) + ": time_s is " +
                     std::to_string(sample.time_s) +
                     ", expected a time after that of the frame before");
  }
  frame_.push_back(sample.frame);
  time_s_.push_back(sample.time_s);
  fec_[0].push_back(exact_decimal(sample.fec.right));
  fec_[1].push_back(exact_decimal(sample.fec.left));
  fec_[2].push_back(exact_decimal(sample.mean_fec));
  interpolated_.push_back(sample.is_interpolated ? 1 : 0);
}

double SessionTrace::frame_interval_s() const {
  if (time_s_.size() < 2) return 0.0;
  std::vector<double> steps(time_s_.size() - 1);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = time_s_[i + 1] - time_s_[i];
  return upper_median(std::move(steps));
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
  return samples_between(time_s, time_of(window.from, times), time_of(window.to, times));
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
