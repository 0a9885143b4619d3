// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"
#include "eyelid/tables/condition_columns.hpp"
#include "eyelid/tables/csv_writer.hpp"

namespace eyelid::tables {

/// Writes trials_long.csv session by session, in the memory of one row: a row per session, trial,
/// and eye, with everything that a statistics program needs to group by: subject, group, phase,
/// session, `is_cr` (1: a CR timed to the US, 0; empty where a trial was not judged), then the
/// columns of trial_scores.csv with the conditions of all sessions, in the order in which they
/// first came.
///
/// Errors: as AtomicFile. Threads: one at a time.
class TrialsLongCsv {
 public:
  /// `scratch`: an existing folder for what is not yet the table; the files stay in it.
  TrialsLongCsv(std::filesystem::path path, std::filesystem::path scratch);

  /// `scores`: right, left, and mean of every trial of the session.
  void add(const SessionLearning& session, std::span<const TrialScore> scores);
  /// The table appears under its name. Call once, after at least one session.
  void commit();

 private:
  // Sessions in a row without a new condition. Their rows lack the columns of later parts.
  struct Part {
    std::filesystem::path file;
    std::size_t conditions = 0;
  };
  void begin_part();
  void end_part();
  void append_to(files::AtomicFile& table, const Part& part) const;

  std::filesystem::path path_;
  std::filesystem::path scratch_;
  ConditionColumns conditions_;
  std::vector<Part> parts_;
  std::unique_ptr<CsvWriter> rows_;  // of the last part
};

}  // namespace eyelid::tables
