// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <vector>

namespace eyelid::closure {

/// Median of the latest second of a trace at rest: the level from which a blink starts. Memory is
/// bounded at any frame rate (values less than 8 ms after the one before are skipped).
class RestLevel {
 public:
  void add(double time_s, float value);
  void clear();
  /// The time since the last add() was not rest and does not age the values held.
  void skip_to(double time_s);
  bool empty() const { return by_value_.empty(); }
  /// Time from the oldest value held to the one that comes at `time_s`; 0 without any.
  double seen_s(double time_s) const;
  float median() const;

 private:
  struct Entry {
    double rest_time_s;
    float value;
  };
  std::deque<Entry> by_time_;
  std::vector<float> by_value_;  // sorted
  double skipped_s_ = 0.0;
  double last_time_s_ = 0.0;
};

}  // namespace eyelid::closure
