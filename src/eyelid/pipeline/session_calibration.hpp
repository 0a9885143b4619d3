// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::pipeline {

/// Takes the conditions that `given` names into `conditions`.
void take_known(const Calibration& given, Calibration& conditions);

/// For closure whose levels nobody knows, as of another program: 0 is open and 1 closed, until the
/// trials say otherwise. A trace with one closure for both eyes has both.
Calibration closure_as_its_scale(const conditioning::SessionTrace& trace);

/// `calibration` with the levels that the trials show (conditioning::calibrated()), of the eyes
/// that have usable ones; `warnings` tells of eyes with too few trials. Throws InputError.
Calibration calibration_from_trials(Calibration calibration,
                                    const conditioning::SessionTrace& trace,
                                    std::span<const TrialRow> rows,
                                    std::vector<std::string>& warnings);

/// What `track` warned of, without the sentences about levels that scoring has replaced, and what
/// is to be said of the levels it uses.
std::vector<std::string> warnings_of_track(const SessionSummary& tracked,
                                           const Calibration& scored_with,
                                           std::span<const TrialRow> rows);

}  // namespace eyelid::pipeline
