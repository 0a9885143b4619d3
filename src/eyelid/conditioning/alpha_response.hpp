// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// A reflex to the CS itself.
struct AlphaResponse {
  double amplitude = 0.0;  // above baseline, in FEC
  double peak_s = 0.0;
  double over_s = 0.0;  // the CR window begins here at the earliest
};

/// The alpha response of a trial by the preset; nothing where there is none or the preset has no
/// such rule. With `alpha.recovers_to`, a closure that crosses the level early and stays is none.
std::optional<AlphaResponse> alpha_response_of(const EyeTrace& eye,
                                               const StimulusTimes& times,
                                               const BaselineFigures& baseline,
                                               const Preset& preset);

}  // namespace eyelid::conditioning
