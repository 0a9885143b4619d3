// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "eyelid/core/eyelid_sample.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid {

/// The closure round every trial on one clock that starts at CS onset (for trials without a CS:
/// where it would have been), for averages and pictures; scores never come from it.
struct AlignedTraces {
  double first_ms = 0.0;
  double step_ms = 0.0;
  std::size_t samples = 0;  // per trial
  std::size_t trials = 0;
  /// Per eye (right, left, mean): trial by trial, `samples` values each; kNotAvailable where there
  /// is none.
  std::array<std::vector<float>, 3> fec;

  float at(ScoredEye eye, std::size_t trial, std::size_t sample) const {
    return fec[static_cast<std::size_t>(eye)][trial * samples + sample];
  }
};

}  // namespace eyelid
