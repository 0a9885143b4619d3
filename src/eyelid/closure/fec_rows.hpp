// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "eyelid/closure/ear_smoother.hpp"
#include "eyelid/closure/trace.hpp"
#include "eyelid/core/calibration.hpp"

namespace eyelid::closure {

// A step of analyze_closure(); not for other rooms.

/// A record with the FEC of its eyes, filled and filtered.
struct FecRow {
  ClosureInput record;
  PerEye<float> fec = kNeitherEye;  // kNotAvailable without a value or without usable levels
  PerEye<bool> starts_segment;      // of each eye (SmoothedValue)
  bool is_interpolated = false;     // one of the eyes
};

/// Smooths each eye (EarSmoother) and joins the two to rows again, streaming. `sink` gets one row
/// per record, in order.
class FecRows {
 public:
  using Sink = std::function<void(const FecRow&)>;
  FecRows(const SmootherOptions& options, const PerEye<EyeLevels>& levels, Sink sink);
  FecRows(const FecRows&) = delete;
  FecRows& operator=(const FecRows&) = delete;

  void push(const ClosureInput& record);
  void finish();

 private:
  EarSmoother make_smoother(const SmootherOptions& options, Eye eye);
  void deliver();

  PerEye<EyeLevels> levels_;
  Sink sink_;
  std::int32_t clip_ = 1;
  std::deque<ClosureInput> records_;  // which the smoothers still hold
  PerEye<std::deque<SmoothedValue>> ready_;
  PerEye<EarSmoother> smoothers_;
};

}  // namespace eyelid::closure
