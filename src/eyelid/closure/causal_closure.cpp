// SPDX-License-Identifier: MIT
#include "eyelid/closure/causal_closure.hpp"

#include <cmath>

namespace eyelid::closure {

CausalClosure::CausalClosure(const std::optional<Calibration>& calibration) {
  if (!calibration) return;
  right_.levels = calibration->right;
  left_.levels = calibration->left;
  right_.is_fixed = left_.is_fixed = true;
}

float CausalClosure::EyeState::fec(float ear) {
  if (!std::isfinite(ear)) return kNotAvailable;
  if (!is_fixed) {
    open.add(ear);
    const std::int64_t count = open.count();
    if (count == kMinMeasurements || (count > 0 && count % kRenewEvery == 0)) {
      if (const auto level = open.open_ear()) levels = {*level, kPopulationClosedRatio * *level};
    }
  }
  return are_usable(levels) ? fec_of(ear, levels) : kNotAvailable;
}

LiveFec CausalClosure::next(float ear_right, float ear_left) {
  LiveFec result;
  result.right = right_.fec(ear_right);
  result.left = left_.fec(ear_left);
  const bool has_right = std::isfinite(result.right), has_left = std::isfinite(result.left);
  if (has_right && has_left) {
    result.mean = 0.5f * (result.right + result.left);
  } else if (has_right || has_left) {
    result.mean = has_right ? result.right : result.left;
  }
  return result;
}

}  // namespace eyelid::closure
