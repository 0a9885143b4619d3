// SPDX-License-Identifier: MIT
#pragma once

#include <deque>

#include "eyelid/closure/blink_finder.hpp"

namespace eyelid::closure {

/// A lid that keeps its height this long is held: at the bottom of an ordinary blink it turns
/// around within 100 ms.
inline constexpr double kHeldLid_s = 0.150;
/// FEC within which it keeps its height.
inline constexpr float kHeldWithin = 0.1f;

/// Finds how deep the lid was held still, streaming; memory is that of kHeldLid_s.
class StillLid {
 public:
  /// `starts_segment`: a gap lies before it. A FEC that is not a number ends what is held.
  void push(const FecPoint& point, bool starts_segment);
  /// FEC of the deepest height that was held since the last forget(); -HUGE_VALF where none was.
  float deepest() const { return deepest_; }
  void forget() { deepest_ = -HUGE_VALF; }

 private:
  void clear();

  std::deque<FecPoint> window_;
  std::deque<FecPoint> falling_;  // candidates for the greatest FEC of the window, greatest first
  std::deque<FecPoint> rising_;   // and for the smallest, smallest first
  float deepest_ = -HUGE_VALF;
};

}  // namespace eyelid::closure
