// SPDX-License-Identifier: MIT
#include "eyelid/closure/causal_closure.hpp"

#include <cmath>

namespace eyelid::closure {

CausalClosure::CausalClosure(const std::optional<Calibration>& calibration) {
  if (calibration) set_levels(*calibration);
}

void CausalClosure::set_levels(const Calibration& calibration) {
  for (const Eye eye : kEyes) {
    eyes_[eye].levels = calibration.levels[eye];
    eyes_[eye].is_fixed = true;
  }
}

float CausalClosure::EyeState::fec(float ear) {
  if (!std::isfinite(ear)) return kNotAvailable;
  if (!is_fixed) {
    open.add(ear);
    const std::int64_t count = open.count();
    if (count == kMinMeasurements || (count > 0 && count % kFramesPerUpdate == 0)) {
      if (const auto level = open.level()) {
        levels = {level->ear, kPopulationClosedRatio * level->ear};
      }
    }
  }
  return are_usable(levels) ? fec_of(ear, levels) : kNotAvailable;
}

LiveFec CausalClosure::next(const PerEye<float>& ear) {
  LiveFec result;
  for (const Eye eye : kEyes) result.eyes[eye] = eyes_[eye].fec(ear[eye]);
  result.mean = mean_of_valid(result.eyes);
  return result;
}

}  // namespace eyelid::closure
