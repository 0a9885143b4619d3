// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/pipeline/score_session.hpp"

namespace eyelid::pipeline {

/// The stimuli of request.events_file, without bounces, of which `warnings` tells. Throws
/// InputError, also when there are none.
imports::Log read_events(const ScoreRequest& request, std::vector<std::string>& warnings);

/// The trials of a log on the clock of the trace: moved by request.events_offset_s, or by
/// `origin_s`, the date of the trace's time 0, where both are dates. Throws InputError when nothing
/// tells how the clocks lie to each other.
std::vector<TrialRow> trials_on_trace_clock(const imports::Log& log,
                                            const ScoreRequest& request,
                                            double origin_s);

/// Trials whose onsets are dates, on the clock of a trace that begins at `origin_s`; others stay.
void move_dates(std::vector<TrialRow>& rows, double origin_s);

}  // namespace eyelid::pipeline
