// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/mat_file.hpp"
#include "eyelid/imports/trace.hpp"

namespace eyelid::imports {

/// The SessionData of Bpod: a trial's events and states count from its start.
struct BpodTrial {
  MatValue states;
  MatValue events;
  MatValue data;  // where a protocol adds it
  double start_s = 0.0;
  std::string type;  // TrialTypes; empty where there is none
};

/// The trials of SessionData. Throws InputError where it is not that of Bpod.
std::vector<BpodTrial> bpod_trials(const MatValue& session, const std::string& file);

/// States at their beginnings and events, by their names; the type of a trial is a condition.
Log bpod_log(MatFile& file, const LogOptions& options);

/// Eyelid of protocols that measure it in Bpod: Data.FEC or Data.eyeAreaPixels, at Data.FECTimes of
/// every trial. A trial is a clip; time is that of TrialStartTimestamp.
Trace bpod_trace(const MatValue& session, const std::string& file);

/// The trials of neuroblinks (trialdata.mat): eyelidpos and tm, one row per trial, seconds from the
/// CS. They are put one behind the other, each a clip, and bring their stimuli.
Trace neuroblinks_trace(const MatValue& trials, const std::string& file);

/// A trace in a MATLAB file: one of the above.
Trace mat_trace(MatFile& file);

}  // namespace eyelid::imports
