// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/conditioning/preset.hpp"
#include "eyelid/conditioning/session_trace.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/trace.hpp"
#include "eyelid/pipeline/imported_trace.hpp"
#include "eyelid/pipeline/scored_frames.hpp"
#include "eyelid/reports/conditioning_report.hpp"

namespace eyelid::pipeline {

/// The whole job of `eyelid score` on one session.
struct ScoreRequest {
  std::filesystem::path folder;  // of `track`: frames.csv and, where there is one, session.json
  /// Trace of another program, which `folder` receives as frames.csv. Empty: that of the folder.
  std::filesystem::path trace_file;
  imports::TraceOptions trace;
  std::optional<OpeningLevels> opening_levels;
  std::filesystem::path trials_file;  // empty: trials.csv in the folder
  std::filesystem::path labels_file;  // empty: labels.csv in the folder, where there is one
  std::string preset = "human";       // name or file
  std::vector<std::string> settings;  // key=value

  std::filesystem::path calibration_file;  // levels to use instead of those of `track`
  bool calibrate_from_trials = false;      // rest before the CS becomes 0, reflex to the US 1
  std::filesystem::path save_calibration_file;
  Calibration conditions;  // those of this recording, as far as given; levels unused

  std::string sync_region;            // "x,y,w,h" of a sync LED in the picture; empty: none
  std::filesystem::path events_file;  // event log, instead of trials
  imports::LogOptions log;
  std::optional<double> events_offset_s;  // added to its times; nothing: on its own clock
  double debounce_s = tables::kShortestRepeat_s;

  std::string phase;
  std::string group;
  int session = 1;
};

struct ScoredSession {
  ScoreRequest request;
  conditioning::Preset preset;
  std::filesystem::path frames_file;  // frames.csv, where it can be read before the commit
  conditioning::SessionTrace trace;   // as scored, near the trials
  std::vector<TrialRow> rows;
  std::vector<TrialScore> scores;                  // trial by trial: right, left, mean
  std::vector<conditioning::StimulusTimes> times;  // one per trial
  std::array<SessionLearning, 3> learning;         // right, left, mean
  std::array<std::vector<bool>, 3> verdicts;       // of judged trials
  std::optional<SessionSummary> summary;           // session.json
  std::optional<Calibration> calibration;          // levels the FEC was made with
  std::optional<OtherLevels> other_levels;         // where they are not those of frames.csv
  std::vector<std::string> warnings;
  std::optional<reports::ClockAlignmentReport> clock;  // where a sync LED placed the trials
  double isi_s = 0.0;
  std::shared_ptr<files::RunFolder> run;  // of the folder, locked; not yet committed
};

/// Reads the folder and scores its trials; writes trial_scores.csv and, on request, the
/// calibration. They appear when the caller has written what else belongs to the run, called
/// note_files() and committed `run`.
/// Throws InputError that lists every fault of the trial file, or names a table of another run.
ScoredSession score_folder(const ScoreRequest& request);

/// Notes everything the run has written in session.json, where there is one.
void note_files(const ScoredSession& session);

/// Several sessions as one study, on the mean trace.
LearningSummary learning_of_study(const std::vector<ScoredSession>& sessions);

}  // namespace eyelid::pipeline
