// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command_line/command.hpp"
#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/progress.hpp"
#include "apps/eyelid/score/score_figures.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/export_session.hpp"
#include "eyelid/pipeline/score_report.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"
#include "eyelid/tables/scores_csv.hpp"

namespace eyelid::app {
namespace {

struct ScoreCommand {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> trials;
  std::filesystem::path session_table;
  std::filesystem::path out;
  pipeline::ScoreRequest request;
  std::filesystem::path json;
  bool lists_presets = false;
  std::string shown_preset;
  pipeline::ExportDetails exports;
  bool without_report = false;
  bool with_pictures = false;
  bool without_pictures = false;

  void run();

 private:
  std::vector<pipeline::ScoreRequest> requests() const;
  void write_report(const pipeline::ScoredSession& session) const;
  void write_study(const std::vector<pipeline::ScoredSession>& sessions,
                   const LearningSummary& study,
                   const std::filesystem::path& folder) const;
};

void list_presets() {
  for (const std::string& name : conditioning::preset_names()) {
    const conditioning::Preset preset = conditioning::load_preset(name);
    fmt::print("{:<16} {}\n", name, preset.title);
  }
  fmt::print("\n--show-preset NAME prints one as a file to start from\n");
}

std::vector<pipeline::ScoreRequest> ScoreCommand::requests() const {
  std::vector<pipeline::ScoreRequest> result;
  if (!session_table.empty()) {
    for (const tables::SessionRow& row : tables::read_session_table(session_table)) {
      pipeline::ScoreRequest one = request;
      one.folder = row.folder;
      one.trials_file = row.trials;
      if (!row.subject.empty()) one.conditions.subject = row.subject;
      one.session = row.session;
      one.phase = row.phase;
      one.group = row.group;
      result.push_back(one);
    }
    return result;
  }
  if (!trials.empty() && trials.size() != folders.size()) {
    throw InputError(
        fmt::format("{} folders and {} --trials files; expected one for each, or none "
                    "(then trials.csv in each folder)",
                    folders.size(),
                    trials.size()));
  }
  for (std::size_t i = 0; i < folders.size(); ++i) {
    pipeline::ScoreRequest one = request;
    one.folder = folders[i];
    if (!trials.empty()) one.trials_file = trials[i];
    one.session = static_cast<int>(i) + 1;
    result.push_back(one);
  }
  return result;
}

void ScoreCommand::write_report(const pipeline::ScoredSession& session) const {
  if (without_report) return;
  const pipeline::PictureChoice choice = without_pictures ? pipeline::PictureChoice::Never
                                         : with_pictures  ? pipeline::PictureChoice::Always
                                                          : pipeline::PictureChoice::Auto;
  Progress bar("pictures of the trials", "frames");
  const auto total = static_cast<std::int64_t>(session.trace.size());
  const pipeline::TrialPictures pictures = pipeline::cut_trial_pictures(
      session, choice, [&](std::int64_t done) { bar.update(done, total); });
  bar.finish();
  pipeline::write_session_report(session, pictures, session.clock ? &*session.clock : nullptr);
}

void ScoreCommand::write_study(const std::vector<pipeline::ScoredSession>& sessions,
                               const LearningSummary& study,
                               const std::filesystem::path& folder) const {
  tables::write_curve_csv(folder / "learning_curve.csv", study.points);
  if (!without_report) pipeline::write_study_report(folder / "learning.html", sessions, study);
}

void ScoreCommand::run() {
  if (lists_presets) return list_presets();
  if (!shown_preset.empty()) {
    if (conditioning::preset_text(shown_preset).empty()) conditioning::load_preset(shown_preset);
    fmt::print("{}", conditioning::preset_text(shown_preset));
    return;
  }
  if (folders.empty() == session_table.empty()) {
    throw CLI::RequiredError("either folders of track or --sessions FILE");
  }
  std::vector<pipeline::ScoredSession> sessions;
  for (const pipeline::ScoreRequest& one : requests()) {
    sessions.push_back(pipeline::score_folder(one));
    pipeline::ScoredSession& session = sessions.back();
    const std::vector<std::filesystem::path> files =
        pipeline::export_session(session, exports, session.warnings);
    print_scores(session);
    for (const std::filesystem::path& file : files) fmt::print("  exported {}\n", file.string());
    write_report(session);
  }
  const std::filesystem::path folder = !out.empty() ? out : sessions.front().request.folder;
  const LearningSummary study = pipeline::learning_of_study(sessions);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  std::vector<SessionLearning> eyes;
  for (const pipeline::ScoredSession& session : sessions) {
    eyes.insert(eyes.end(), session.learning.begin(), session.learning.end());
  }
  tables::write_sessions_csv(folder / "sessions.csv", eyes);
  tables::write_blocks_csv(folder / "learning_blocks.csv", eyes);
  const bool is_study = sessions.size() > 1;
  if (is_study) {
    write_study(sessions, study, folder);
    print_study(study);
  }
  if (!json.empty()) {
    nlohmann::ordered_json object = json_head("score");
    add_scores(object, sessions, is_study ? &study : nullptr);
    write_json(json, object);
  }
  fmt::print("  results in {}\n", folder.string());
}

}  // namespace

void add_score_command(CLI::App& app) {
  auto command = std::make_shared<ScoreCommand>();
  pipeline::ScoreRequest& request = command->request;
  CLI::App* score = app.add_subcommand(
      "score", "Conditioned responses of tracked sessions: trials, CRs, learning curves");
  score->add_option("folder", command->folders, "Folders that track has left");
  score->add_option("--trials", command->trials, "trials.csv of each folder (default: in it)");
  score->add_option(
      "--sessions",
      command->session_table,
      "Table of sessions instead of folders: folder,trials,subject,session,phase,group");
  score->add_option("--out", command->out, "Folder for the sessions' tables (default: the first)");
  const std::string rules = "Definitions";
  score->add_option("--preset", request.preset, "How to score: a name or a .json file")
      ->capture_default_str()
      ->group(rules);
  score
      ->add_option(
          "--set", request.settings, "key=value over the preset, e.g. criterion.above=0.05")
      ->group(rules);
  score->add_flag("--list-presets", command->lists_presets, "Names of the presets")->group(rules);
  score->add_option("--show-preset", command->shown_preset, "Print a preset as a file")
      ->group(rules);
  score
      ->add_option(
          "--labels",
          request.labels_file,
          "Verdicts of a person: trial,eye,label,comment (default: labels.csv in the folder)")
      ->group(rules);
  const std::string levels = "Calibration";
  score->add_option("--calibration", request.calibration_file, "Open and closed levels to use")
      ->group(levels);
  score
      ->add_flag("--calibrate-from-trials",
                 request.calibrate_from_trials,
                 "Open level from before the CS, closed level from the reflex to the US")
      ->group(levels);
  score->add_option("--save-calibration", request.save_calibration_file, "Store the levels used")
      ->group(levels);
  score->add_option("--subject", request.conditions.subject, "Condition")->group(levels);
  score->add_option("--glasses", request.conditions.glasses, "Condition: yes or no")
      ->check(CLI::IsMember({"yes", "no"}))
      ->group(levels);
  score->add_option("--camera", request.conditions.camera, "Condition")->group(levels);
  score->add_option("--distance", request.conditions.distance, "Condition: of the face")
      ->group(levels);
  const std::string clock = "Trial times";
  score
      ->add_option(
          "--sync-region",
          request.sync_region,
          "x,y,w,h of a lamp in the picture that lights with the CS, or with the log's sync")
      ->group(clock);
  score
      ->add_option("--events",
                   request.events_file,
                   "Event log on its own clock (time_s,event: cs, us, sync), aligned by the lamp")
      ->group(clock);
  const std::string other = "Other programs";
  pipeline::ExportDetails& exports = command->exports;
  score->add_option("--export", exports.formats, "dlc, sleap, nwb (several with commas)")
      ->delimiter(',')
      ->check(CLI::IsMember({"dlc", "sleap", "nwb"}))
      ->group(other);
  score->add_option("--session-start", exports.start_time, "NWB: ISO 8601")->group(other);
  score->add_option("--species", exports.species, "NWB (default: Homo sapiens)")->group(other);
  score->add_option("--sex", exports.sex, "NWB: M, F, O or U")
      ->check(CLI::IsMember({"M", "F", "O", "U"}))
      ->group(other);
  score->add_option("--age", exports.age, "NWB: ISO 8601 duration, P30Y")->group(other);
  const std::string report = "Report";
  score->add_flag("--no-report", command->without_report, "Leave no conditioning.html")
      ->group(report);
  score
      ->add_flag("--pictures",
                 command->with_pictures,
                 "Pictures of every trial (default: up to 30,000 frames)")
      ->group(report);
  score->add_flag("--no-pictures", command->without_pictures, "Leave the pictures out")
      ->group(report);
  add_json_option(*score, command->json);
  score->callback([command] { command->run(); });
}

}  // namespace eyelid::app
