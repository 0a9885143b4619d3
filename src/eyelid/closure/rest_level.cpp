// SPDX-License-Identifier: MIT
#include "eyelid/closure/rest_level.hpp"

#include <algorithm>

namespace eyelid::closure {
namespace {

constexpr double kMemory_s = 1.0;
// Every fourth frame at 500 frames/s: within 8 ms the filtered trace hardly changes, and keeping
// all took half the time of the whole analysis.
constexpr double kSmallestStep_s = 0.0079;

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

double RestLevel::seen_s(double time_s) const {
  return by_time_.empty() ? 0.0 : time_s - skipped_s_ - by_time_.front().rest_time_s;
}

float RestLevel::median() const { return by_value_[(by_value_.size() - 1) / 2]; }

}  // namespace eyelid::closure
