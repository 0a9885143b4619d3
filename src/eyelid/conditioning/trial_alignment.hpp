// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/aligned_traces.hpp"

namespace eyelid::conditioning {

/// Cuts `trace` around every trial, from_ms to to_ms after the CS, in steps of the frame interval
/// (2 ms at least, coarser so that all trials together hold at most `max_values` values per eye).
/// Between two frames of the trial's clip, at most three intervals apart: linear; else
/// kNotAvailable. Blank trials (CS time not finite) are not available throughout.
AlignedTraces align_trials(const SessionTrace& trace,
                           std::span<const StimulusTimes> times,
                           double from_ms,
                           double to_ms,
                           std::size_t max_values);

}  // namespace eyelid::conditioning
