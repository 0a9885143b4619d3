// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"

namespace eyelid::tables {

/// Writes trial_scores.csv: one row per trial and eye, columns as in docs/conditioning.md; the
/// computed verdict, a person's label and what counts stand beside each other. Errors: as
/// AtomicFile.
void write_scores_csv(const std::filesystem::path& path, std::span<const TrialScore> scores);

/// Reads labels.csv, `trial,eye,label,comment` (`eye` may be empty: all three traces; `comment` may
/// be absent), into `scores`; the computed verdicts stay. Labels: cr, no_cr, rejected.
/// Errors: as CsvReader, also for a trial or eye that `scores` lacks or that comes twice.
void apply_labels_csv(const std::filesystem::path& path, std::vector<TrialScore>& scores);

/// Writes sessions.csv: one row per session and eye.
void write_sessions_csv(const std::filesystem::path& path,
                        std::span<const SessionLearning> sessions);
/// Writes learning_blocks.csv: one row per session, eye, block size (10, 20, 100) and block.
void write_blocks_csv(const std::filesystem::path& path, std::span<const SessionLearning> sessions);
/// Writes conditions.csv: one row per condition of the trials, its value, and eye.
void write_conditions_csv(const std::filesystem::path& path,
                          std::span<const ConditionFigures> figures);
/// Writes learning_curve.csv: mean, SEM and 95 % CI over subjects per group, phase and session.
void write_curve_csv(const std::filesystem::path& path, std::span<const LearningPoint> points);

/// Row of a session table.
struct SessionRow {
  std::filesystem::path folder;  // of `track`; relative to the table
  std::filesystem::path trials;  // empty: trials.csv in the folder
  std::string subject;
  int session = 1;
  std::string phase;
  std::string group;
};

/// Reads a session table: `folder`, and any of `trials,subject,session,phase,group`. `session`
/// absent: counted per subject and phase. Errors: as CsvReader.
std::vector<SessionRow> read_session_table(const std::filesystem::path& path);

}  // namespace eyelid::tables
