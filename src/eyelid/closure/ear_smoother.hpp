// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <functional>

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::closure {

/// One frame of one eye after filling and filtering.
struct SmoothedValue {
  double time_s = 0.0;
  float value = kNotAvailable;
  bool is_interpolated = false;
  bool starts_segment = false;  // first value after a gap, or of all
};

struct SmootherOptions {
  double max_bridge_s = 0.0;        // max_bridge_s(frame interval)
  double filter_half_span_s = 0.0;  // 0: no filter
};

/// Fills short gaps of one eye's trace and smooths it without delay, streaming.
///
/// Filling: absent values between two measured ones at most `max_bridge_s` apart lie on the
/// line between them; never at the ends of a recording. Filter: a parabola is fitted by least
/// squares to the values within `filter_half_span_s` on either side, as many on the left as on the
/// right, and its middle replaces the value: the Savitzky-Golay filter of order 2, defined for
/// uneven times as well. Fewer than five values stay as they are (three points define the parabola:
/// nothing would change). Never across gaps; it narrows near their edges.
///
/// `sink` gets exactly one value per push, in order, delayed by as far as the two steps look ahead.
/// Source: Savitzky & Golay, Anal. Chem. 36 (1964) 1627.
class EarSmoother {
 public:
  using Sink = std::function<void(const SmoothedValue&)>;
  EarSmoother(const SmootherOptions& options, Sink sink);

  /// Times must increase. A value that is not finite stands for an absent one.
  void push(double time_s, float value);
  /// After the last push of a recording or of a clip: delivers what is still held. What is pushed
  /// afterwards begins a new segment.
  void finish();

 private:
  void pass_on_absent();
  void add_to_segment(const SmoothedValue& value);
  void end_segment();
  void deliver_next();
  float smoothed_at(std::size_t index) const;

  SmootherOptions options_;
  Sink sink_;
  std::deque<double> absent_times_s_;  // since the last measured value, still fillable
  std::deque<SmoothedValue> window_;   // delivered neighbors, then values to be delivered
  std::size_t next_ = 0;               // first value of window_ not delivered yet
  bool has_segment_ = false;
};

}  // namespace eyelid::closure
