// SPDX-License-Identifier: MIT
#include "eyelid/closure/rest_level.hpp"

#include <algorithm>

#include "eyelid/core/statistics.hpp"

namespace eyelid::closure {
namespace {

constexpr double kMemory_s = 1.0;
// Every fourth frame at 500 frames/s: within 8 ms the filtered trace hardly changes, and keeping
// all took half the time of the whole analysis.
constexpr double kSmallestStep_s = 0.0079;
constexpr float kNoiseStep = 0.001f;

}  // namespace

void RestLevel::add(double time_s, float value) {
  last_time_s_ = time_s;
  const double rest_time_s = time_s - skipped_s_;
  if (!by_time_.empty() && rest_time_s - by_time_.back().rest_time_s < kSmallestStep_s) return;
  while (!by_time_.empty() && rest_time_s - by_time_.front().rest_time_s > kMemory_s) {
    by_value_.erase(std::lower_bound(by_value_.begin(), by_value_.end(), by_time_.front().value));
    by_time_.pop_front();
  }
  by_time_.push_back({rest_time_s, value});
  by_value_.insert(std::upper_bound(by_value_.begin(), by_value_.end(), value), value);
}

void RestLevel::clear() {
  by_time_.clear();
  by_value_.clear();
}

void RestLevel::skip_to(double time_s) {
  skipped_s_ += time_s - last_time_s_;
  last_time_s_ = time_s;
}

double RestLevel::span_s() const {
  return by_time_.empty() ? 0.0 : by_time_.back().rest_time_s - by_time_.front().rest_time_s;
}

float RestLevel::median() const { return by_value_[(by_value_.size() - 1) / 2]; }

void RestNoise::add(double time_s, float value) {
  level_.add(time_s, value);
  // Only the open side: the other one holds the blinks, a third of the time in some people.
  const float below = level_.median() - value;
  if (below < 0.0f) return;
  // A value on the level belongs half to either side: all counts are in halves.
  const std::int64_t weight = below > 0.0f ? 2 : 1;
  const float last = static_cast<float>(counts_.size() - 1);
  counts_[static_cast<std::size_t>(std::min(below / kNoiseStep, last))] += weight;
  count_ += weight;
}

float RestNoise::deviation() const {
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    if (2 * (seen + counts_[i]) >= count_) {
      // Linear inside the step that holds the median.
      const double inside = (0.5 * static_cast<double>(count_) - static_cast<double>(seen)) /
                            static_cast<double>(counts_[i]);
      return static_cast<float>(kStddevPerMad * kNoiseStep * (static_cast<double>(i) + inside));
    }
    seen += counts_[i];
  }
  return 0.0f;
}

}  // namespace eyelid::closure
