// SPDX-License-Identifier: MIT
#pragma once

#include "eyelid/core/eyelid_sample.hpp"

namespace eyelid::pipeline {

/// An eye does not vanish for the few frames of a blink: one that a single picture leaves in doubt
/// (FrameMeasurement::doubted_eyes) is measured all the same if it was trusted within the last
/// 150 ms, and most of the time before. A cover that is taken for an eye now and then gains nothing
/// by it. Looks back only: the same on line and off line, on the CPU and with a GPU.
///
/// Threads: one at a time, frames in order.
class EyeMemory {
 public:
  /// Trusts and measures the eyes of the next frame that are to be believed.
  void judge(FrameMeasurement& measurement);

 private:
  struct Seen {
    double share = 0.0;  // of the time that it was trusted, the last 300 ms weighing most
    double last_s = 0.0;
  };
  PerEye<Seen> seen_;
  double time_s_ = 0.0;
  std::int32_t clip_ = 0;  // none yet
};

}  // namespace eyelid::pipeline
