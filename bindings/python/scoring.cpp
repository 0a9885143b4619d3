// SPDX-License-Identifier: MIT
// Conditioned responses, and the presets that define them.
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <string>

#include "columns.hpp"
#include "eyelid/conditioning/preset.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/export_session.hpp"
#include "eyelid/pipeline/score_report.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"
#include "eyelid/tables/scores_csv.hpp"
#include "job.hpp"
#include "module.hpp"
#include "rows.hpp"

namespace eyelid::python {
namespace {

/// The columns of the trial file that are not ours, as text; empty where a trial has none.
void add_conditions(const std::vector<TrialScore>& scores, ColumnWriter& columns) {
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (const auto& [name, value] : scores[i].trial.conditions) {
      values.try_emplace(name, scores.size()).first->second[i] = value;
    }
  }
  for (auto& [name, column] : values) columns.add_words(name, std::move(column));
}

nb::dict result_of(const pipeline::ScoredSession& session) {
  ColumnWriter trials, learning;
  for (const TrialScore& score : session.scores) {
    trials.begin_row();
    visit_row(trials, score);
  }
  add_conditions(session.scores, trials);
  for (const SessionLearning& eye : session.learning) {
    learning.begin_row();
    visit_row(learning, eye);
  }
  nb::dict result;
  result["trials"] = trials.take();
  result["learning"] = learning.take();
  result["warnings"] = nb::cast(session.warnings);
  result["preset"] = session.preset.name;
  result["isi_s"] = session.isi_s;
  return result;
}

/// `commits`: what `eyelid score` leaves appears in the folder; else nothing does.
nb::dict score(const pipeline::ScoreRequest& request,
               bool commits,
               bool with_report,
               pipeline::PictureChoice choice,
               const pipeline::ExportDetails& exports,
               const nb::object& on_progress) {
  pipeline::ScoredSession session;
  run_job(on_progress, [&](JobState& state) {
    session = pipeline::score_folder(request);
    state.report("scoring", 1, 1);
    if (!commits) return;
    pipeline::export_session(session, exports, session.warnings);
    if (with_report) {
      pipeline::write_session_report(
          session, choice, [&](std::int64_t done) { state.report("pictures", done, {}); });
    }
    tables::write_sessions_csv(session.run->staged("sessions.csv"), session.learning);
    tables::write_blocks_csv(session.run->staged("learning_blocks.csv"), session.learning);
    pipeline::note_files(session);
    session.run->commit();
  });
  session.run.reset();  // unlocks the folder
  return result_of(session);
}

std::string preset_text(const std::string& name) {
  const std::string_view text = conditioning::preset_text(name);
  if (text.empty()) conditioning::load_preset(name);  // throws the sentence that lists them
  return std::string(text);
}

}  // namespace

void add_scoring(nb::module_& module) {
  module.def("score",
             &score,
             nb::arg("request"),
             nb::arg("commits"),
             nb::arg("with_report"),
             nb::arg("pictures"),
             nb::arg("exports"),
             nb::arg("on_progress").none());
  module.def("preset_names", &conditioning::preset_names);
  module.def("preset_text", &preset_text, nb::arg("name"));
}

}  // namespace eyelid::python
