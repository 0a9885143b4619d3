// SPDX-License-Identifier: MIT
#include "eyelid/closure/ear_smoother.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace eyelid::closure {
namespace {

constexpr std::size_t kMinFitted = 5;
// Guards the memory against absurd frame rates: 4096 values within the span are plenty.
constexpr std::size_t kMaxOnOneSide = 2048;

}  // namespace

EarSmoother::EarSmoother(const SmootherOptions& options, Sink sink)
    : options_(options), sink_(std::move(sink)) {
  // Timestamps carry rounding: 5 frames of 2 ms are 10 ms give or take.
  options_.filter_half_span_s *= 1.0 + 1e-6;
}

void EarSmoother::push(double time_s, float value) {
  const bool is_near = has_segment_ && time_s - window_.back().time_s <= options_.max_bridge_s;
  if (!std::isfinite(value)) {
    absent_times_s_.push_back(time_s);
    if (!is_near) pass_on_absent();
    return;
  }
  if (!is_near) {
    pass_on_absent();
    add_to_segment({time_s, value, false, true});
    return;
  }
  const SmoothedValue last = window_.back();
  for (const double absent_s : absent_times_s_) {
    const double fraction = (absent_s - last.time_s) / (time_s - last.time_s);
    const double filled = last.value + fraction * (value - last.value);
    add_to_segment({absent_s, static_cast<float>(filled), true, false});
  }
  absent_times_s_.clear();
  add_to_segment({time_s, value, false, false});
}

void EarSmoother::finish() { pass_on_absent(); }

// The gap has become too long to fill (or the recording is over).
void EarSmoother::pass_on_absent() {
  end_segment();
  for (const double absent_s : absent_times_s_) {
    sink_({absent_s, kNotAvailable, false, false});
  }
  absent_times_s_.clear();
}

void EarSmoother::add_to_segment(const SmoothedValue& value) {
  window_.push_back(value);
  has_segment_ = true;
  while (next_ < window_.size() &&
         (value.time_s - window_[next_].time_s > options_.filter_half_span_s ||
          window_.size() - 1 - next_ >= kMaxOnOneSide)) {
    deliver_next();
  }
}

void EarSmoother::end_segment() {
  while (next_ < window_.size()) deliver_next();
  window_.clear();
  next_ = 0;
  has_segment_ = false;
}

void EarSmoother::deliver_next() {
  SmoothedValue delivered = window_[next_];
  delivered.value = smoothed_at(next_);
  sink_(delivered);
  ++next_;
  // Keep what the next value may look back at; the last measured one is needed for filling.
  while (window_.size() > 1 && next_ > 1 &&
         (next_ > kMaxOnOneSide ||
          window_[std::min(next_, window_.size() - 1)].time_s - window_.front().time_s >
              options_.filter_half_span_s)) {
    window_.pop_front();
    --next_;
  }
}

float EarSmoother::smoothed_at(std::size_t index) const {
  const double center_s = window_[index].time_s;
  const double span_s = options_.filter_half_span_s;
  const std::size_t most = std::min({index, window_.size() - 1 - index, kMaxOnOneSide});
  std::size_t side = 0;
  while (side < most && center_s - window_[index - side - 1].time_s <= span_s &&
         window_[index + side + 1].time_s - center_s <= span_s) {
    ++side;
  }
  if (2 * side + 1 < kMinFitted) return window_[index].value;

  // Normal equations of value = c0 + c1 x + c2 x^2 with x in spans; c0 by Cramer's rule.
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, v0 = 0, v1 = 0, v2 = 0;
  for (std::size_t i = index - side; i <= index + side; ++i) {
    const double x = (window_[i].time_s - center_s) / span_s;
    const double xx = x * x;
    const double value = window_[i].value;
    s0 += 1.0;
    s1 += x;
    s2 += xx;
    s3 += xx * x;
    s4 += xx * xx;
    v0 += value;
    v1 += value * x;
    v2 += value * xx;
  }
  const double m0 = s2 * s4 - s3 * s3;
  const double m1 = s1 * s4 - s2 * s3;
  const double m2 = s1 * s3 - s2 * s2;
  const double determinant = s0 * m0 - s1 * m1 + s2 * m2;
  if (!(determinant > 1e-12)) return window_[index].value;  // times that all but coincide
  return static_cast<float>((v0 * m0 - v1 * m1 + v2 * m2) / determinant);
}

}  // namespace eyelid::closure
