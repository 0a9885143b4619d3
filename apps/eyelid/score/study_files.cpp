// SPDX-License-Identifier: MIT
#include "apps/eyelid/score/study_files.hpp"

#include <string>
#include <utility>

#include "apps/eyelid/score/score_figures.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/pipeline/score_report.hpp"
#include "eyelid/tables/analysis_scripts.hpp"
#include "eyelid/tables/scores_csv.hpp"

namespace eyelid::app {
namespace {

// clear() would keep the memory.
template <typename T>
void forget(T& value) {
  value = T();
}

}  // namespace

StudyFiles::StudyFiles(std::shared_ptr<files::RunFolder> run,
                       std::size_t sessions,
                       bool keeps_trials)
    : run_(std::move(run)),
      is_study_(sessions > 1),
      keeps_trials_(keeps_trials),
      trials_(run_->staged("trials_long.csv"), run_->private_folder()) {
  sessions_.reserve(sessions);
}

void StudyFiles::add(pipeline::ScoredSession session) {
  if (is_study_) trials_.add(session.learning[kMeanOfEyes], session.scores);
  if (session.run != run_) {
    pipeline::note_files(session);
    session.run->commit();
    session.run.reset();
  }
  print_scores(session);
  forget(session.trace);
  forget(session.rows);
  forget(session.times);
  if (!keeps_trials_) forget(session.scores);
  sessions_.push_back(std::move(session));
}

void StudyFiles::write(bool with_report) {
  std::vector<SessionLearning> eyes;
  for (const pipeline::ScoredSession& session : sessions_) {
    eyes.insert(eyes.end(), session.learning.begin(), session.learning.end());
  }
  tables::write_sessions_csv(run_->staged("sessions.csv"), eyes);
  tables::write_blocks_csv(run_->staged("learning_blocks.csv"), eyes);
  if (!is_study_) return;
  learning_ = pipeline::learning_of_study(sessions_);
  tables::write_curve_csv(run_->staged("learning_curve.csv"), learning_.points);
  trials_.commit();
  for (const std::string_view script : tables::kAnalysisScripts) {
    const std::string name(script);
    files::write_file(run_->staged(name), tables::analysis_script(script));
  }
  if (with_report) {
    pipeline::write_study_report(run_->staged("learning.html"), sessions_, learning_);
  }
}

void StudyFiles::commit() {
  for (const pipeline::ScoredSession& session : sessions_) {
    if (session.run == run_) pipeline::note_files(session);
  }
  run_->commit();
}

}  // namespace eyelid::app
