// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::pipeline {

/// For closure whose levels nobody knows, as of another program: 0 is open and 1 closed, until the
/// trials say otherwise. A trace with one closure for both eyes has both.
Calibration closure_as_its_scale(const conditioning::SessionTrace& trace);

/// `calibration` with the levels that the trials show (conditioning::calibrated()), of the eyes
/// that have usable ones; `warnings` tells of eyes with too few trials. Throws InputError.
Calibration calibration_from_trials(Calibration calibration,
                                    const conditioning::SessionTrace& trace,
                                    std::span<const TrialRow> rows,
                                    std::vector<std::string>& warnings);

}  // namespace eyelid::pipeline
