// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// What a preset takes from all trials of a session together: its baseline, the divisor of
/// amplitudes, and the limits of rejection. `times` is one per row; blank trials hold kNoFigure.
SessionLimits limits_of(const SessionEye& session,
                        std::span<const TrialRow> rows,
                        std::span<const StimulusTimes> times,
                        const Preset& preset);

}  // namespace eyelid::conditioning
