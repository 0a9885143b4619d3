// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/live/experiment.hpp"
#include "eyelid/live/live_session.hpp"
#include "eyelid/live/session_folder.hpp"
#include "eyelid/pipeline/session_results.hpp"

namespace eyelid::live {

/// A session whose camera is closed and whose threads have ended: what its files are made from.
struct EndedSession {
  const LiveRequest& request;
  const LiveCallbacks& callbacks;
  SessionFolder& folder;
  closure::ClosureOptions closure_options;
  /// Of every complete frame; empty ones of those that were overrun, without detection of those
  /// that were hurried (`summary.live`).
  std::unique_ptr<pipeline::SessionResults> results;
  const Experiment* experiment = nullptr;  // none without trials, outputs, and dashboard
  bool has_recording = false;
  int detect_every = 1;
  std::int64_t overrun_frames = 0;  // complete frames without a measurement
  std::function<void(const std::string&)> notice;
  const std::vector<std::string>& notices;  // all so far
  std::function<double()> seconds;          // since the session began
};

/// Writes the files of a session to its run. Where frames were overrun or hurried, the recording
/// is measured again, if it is whole. `summary` comes with what the session knows: source, live.
void write_files(EndedSession& session, SessionSummary& summary);

}  // namespace eyelid::live
