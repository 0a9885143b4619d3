// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "eyelid/core/session_learning.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/tables/trials_long_csv.hpp"

namespace eyelid::app {

/// The sessions of one `eyelid score`, and the tables over all of them. A study may have ten
/// thousand: a session is committed as soon as it is scored, and of its trials nothing stays in
/// memory.
class StudyFiles {
 public:
  /// `run`: of the tables, perhaps also that of one session. `keeps_trials`: for add_scores().
  StudyFiles(std::shared_ptr<files::RunFolder> run, std::size_t sessions, bool keeps_trials);

  /// In the order of the tables. Prints its figures; its folder is done, unless it is that of
  /// `run`.
  void add(pipeline::ScoredSession session);
  /// The tables and, of several sessions, the report, after the last one.
  void write(bool with_report);
  /// Everything of `run` is written: from here on only names change.
  void commit();

  /// Without traces; without trials unless they are kept.
  const std::vector<pipeline::ScoredSession>& sessions() const { return sessions_; }
  /// Nothing of a single session. After write().
  const LearningSummary* learning() const { return is_study_ ? &learning_ : nullptr; }

 private:
  std::shared_ptr<files::RunFolder> run_;
  bool is_study_;
  bool keeps_trials_;
  tables::TrialsLongCsv trials_;
  std::vector<pipeline::ScoredSession> sessions_;
  LearningSummary learning_;
};

}  // namespace eyelid::app
