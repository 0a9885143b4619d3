// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace eyelid::imports {

/// Rising edges of an analog TTL signal, in two passes: first its range, then the edges. The
/// threshold lies halfway; below a quarter of the range the line is low again, so that noise at the
/// threshold makes no edges. A line that begins high has no edge there.
class LevelEdges {
 public:
  void note(double value) {
    if (!std::isfinite(value)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  /// True at a rising edge.
  bool rises(double value) {
    if (!std::isfinite(value) || !(high_ > low_)) return false;
    const bool is_above = value > 0.5 * (low_ + high_);
    if (value < low_ + 0.25 * (high_ - low_)) is_high_ = false;
    const bool is_edge = is_above && !is_high_;
    is_high_ = is_high_ || is_above;
    return is_edge;
  }

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  bool is_high_ = true;
};

}  // namespace eyelid::imports
