// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/output_option.hpp"
#include "apps/command_line/value_names.hpp"
#include "apps/eyelid/commands.hpp"
#include "apps/eyelid/score/score_figures.hpp"
#include "apps/eyelid/score/study_files.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/export_session.hpp"
#include "eyelid/pipeline/score_files.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "eyelid/pipeline/trial_pictures.hpp"
#include "eyelid/tables/scores_csv.hpp"

namespace eyelid::app {
namespace {

struct ScoreCommand {
  CLI::App* app = nullptr;
  std::vector<std::filesystem::path> inputs;  // folders of `track`, or traces of other programs
  std::vector<std::filesystem::path> trials;
  std::filesystem::path session_table;
  std::filesystem::path out;
  pipeline::ScoreRequest request;
  std::vector<std::string> columns;
  std::vector<std::string> event_columns;
  std::string levels;
  double debounce_ms = 1000.0 * tables::kShortestRepeat_s;
  std::filesystem::path json;
  bool lists_presets = false;
  std::string shown_preset;
  pipeline::ExportDetails exports;
  bool without_report = false;
  pipeline::PictureChoice pictures = pipeline::PictureChoice::Auto;

  void run();

 private:
  void take_settings();
  void set_input(const std::filesystem::path& input, pipeline::ScoreRequest& one) const;
  std::vector<pipeline::ScoreRequest> requests() const;
  void check_outputs(const std::vector<pipeline::ScoreRequest>& sessions) const;
  std::optional<std::size_t> session_of_study(
      const std::vector<pipeline::ScoreRequest>& sessions) const;
};

void list_presets() {
  for (const std::string& name : conditioning::preset_names()) {
    const conditioning::Preset preset = conditioning::load_preset(name);
    fmt::print("{:<16} {}\n", name, preset.title);
  }
  fmt::print("\n--show-preset NAME prints one as a file to start from\n");
}

/// Of a folder that need not be there yet.
std::filesystem::path place_of(const std::filesystem::path& folder) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(folder));
}

/// Each session has one folder, and its files are those of one scoring.
void check_folders(const std::vector<pipeline::ScoreRequest>& requests) {
  std::set<std::filesystem::path> places;
  for (const pipeline::ScoreRequest& request : requests) {
    if (places.insert(place_of(request.folder)).second) continue;
    throw InputError(request.folder.string() + ": is given twice, expected every session once");
  }
}

void ScoreCommand::take_settings() {
  request.trace.columns = imports::columns_from(columns);
  request.log.columns = imports::event_columns_from(event_columns);
  if (!levels.empty()) request.opening_levels = pipeline::opening_levels_from(levels);
  request.debounce_s = debounce_ms / 1000.0;
}

/// A folder of `track`, or a trace: its results go to --out, or to a folder in there when there are
/// several, or beside the trace.
void ScoreCommand::set_input(const std::filesystem::path& input,
                             pipeline::ScoreRequest& one) const {
  std::error_code error;
  if (!std::filesystem::is_regular_file(input, error)) {
    one.folder = input;
    return;
  }
  one.trace_file = input;
  if (out.empty()) {
    one.folder = input.parent_path() / (input.stem().string() + "_scores");
  } else {
    one.folder = inputs.size() == 1 ? out : out / input.stem();
  }
}

std::vector<pipeline::ScoreRequest> ScoreCommand::requests() const {
  std::vector<pipeline::ScoreRequest> result;
  if (!session_table.empty()) {
    for (const tables::SessionRow& row : tables::read_session_table(session_table)) {
      pipeline::ScoreRequest one = request;
      set_input(row.folder, one);
      one.trials_file = row.trials;
      if (!row.subject.empty()) one.conditions.subject = row.subject;
      one.session = row.session;
      one.phase = row.phase;
      one.group = row.group;
      result.push_back(one);
    }
    return result;
  }
  if (!trials.empty() && trials.size() != inputs.size()) {
    throw InputError(
        fmt::format("{} sessions and {} --trials files; expected one file per session, or none to "
                    "use trials.csv in each folder",
                    inputs.size(),
                    trials.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    pipeline::ScoreRequest one = request;
    set_input(inputs[i], one);
    if (!trials.empty()) one.trials_file = trials[i];
    one.session = static_cast<int>(i) + 1;
    result.push_back(one);
  }
  return result;
}

/// No output of the job, of whichever session, replaces what another session or the job is made of.
void ScoreCommand::check_outputs(const std::vector<pipeline::ScoreRequest>& sessions) const {
  std::vector<std::filesystem::path> read;
  std::vector<std::filesystem::path> written;
  if (!session_table.empty()) read.push_back(session_table);
  for (const pipeline::ScoreRequest& session : sessions) {
    std::ranges::move(pipeline::inputs_of(session), std::back_inserter(read));
    for (const std::string& name : pipeline::replaced_files(session)) {
      written.push_back(session.folder / name);
    }
  }
  const std::filesystem::path& tables = out.empty() ? sessions.front().folder : out;
  for (const std::string& name : pipeline::files_of_study()) written.push_back(tables / name);
  files::check_outputs(written, read);
  for (const pipeline::ScoreRequest& session : sessions) read.push_back(session.folder);
  check_output_options(*app, read);
}

/// The session in whose folder the tables over all sessions belong; nothing where --out is none of
/// them.
std::optional<std::size_t> ScoreCommand::session_of_study(
    const std::vector<pipeline::ScoreRequest>& sessions) const {
  if (out.empty()) return 0;
  const std::filesystem::path place = place_of(out);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (place_of(sessions[i].folder) == place) return i;
  }
  return std::nullopt;
}

void ScoreCommand::run() {
  if (lists_presets) return list_presets();
  if (!shown_preset.empty()) {
    if (conditioning::preset_text(shown_preset).empty()) conditioning::load_preset(shown_preset);
    fmt::print("{}", conditioning::preset_text(shown_preset));
    return;
  }
  if (inputs.empty() == session_table.empty()) {
    throw CLI::RequiredError(
        "either output folders of `eyelid track`, or traces, or --sessions FILE");
  }
  take_settings();
  const std::vector<pipeline::ScoreRequest> all = requests();
  check_folders(all);
  check_outputs(all);
  const std::optional<std::size_t> own = session_of_study(all);
  // Its run is that of the tables over all sessions, which therefore comes first and ends last.
  std::optional<pipeline::ScoredSession> scored_first;
  std::shared_ptr<files::RunFolder> run;
  if (own) {
    scored_first = pipeline::score_folder(all[*own]);
    run = scored_first->run;
  } else {
    run = std::make_shared<files::RunFolder>(out, pipeline::files_of_study());
  }
  StudyFiles study(run, all.size(), !json.empty());
  std::vector<std::filesystem::path> exported;
  for (std::size_t i = 0; i < all.size(); ++i) {
    pipeline::ScoredSession session =
        i == own ? std::move(*scored_first) : pipeline::score_folder(all[i]);
    std::ranges::copy(pipeline::export_session(session, exports, session.warnings),
                      std::back_inserter(exported));
    if (!without_report) write_report(session, pictures);
    study.add(std::move(session));
  }
  study.write(!without_report);
  if (!json.empty()) {
    nlohmann::ordered_json object = json_head("score");
    add_scores(object, study.sessions(), study.learning());
    run->add(json, json_text(object));
  }
  study.commit();
  for (const std::filesystem::path& file : exported) fmt::print("  exported {}\n", file.string());
  if (study.learning() != nullptr) print_study(*study.learning());
  fmt::print("  results in {}\n", run->path().string());
}

void add_definition_options(CLI::App& score, ScoreCommand& command) {
  const OptionGroup group(score, "Definitions");
  pipeline::ScoreRequest& request = command.request;
  score.add_option("--preset", request.preset, "Scoring preset: a name or a .json file")
      ->type_name(kPresetName)
      ->capture_default_str();
  score.add_option(
      "--set", request.settings, "Override a preset value, for example criterion.above=0.05");
  score.add_flag("--list-presets", command.lists_presets, "List the presets");
  score.add_option("--show-preset", command.shown_preset, "Print a preset as a .json file")
      ->type_name(kPresetName);
  score
      .add_option("--labels",
                  request.labels_file,
                  "Manual labels: trial,eye,label,comment (default: labels.csv in the folder)")
      ->type_name(kPath);
}

void add_calibration_options(CLI::App& score, pipeline::ScoreRequest& request) {
  const OptionGroup group(score, "Calibration");
  score
      .add_option(
          "--calibration", request.calibration_file, "File with open and closed levels to use")
      ->type_name(kPath);
  score.add_flag("--calibrate-from-trials",
                 request.calibrate_from_trials,
                 "Take the open level from before the CS and the closed level from the UR");
  add_output_option(
      score, "--save-calibration", request.save_calibration_file, "Save the levels used to FILE");
  add_condition_options(score, request.conditions);
}

void add_trace_options(CLI::App& score, ScoreCommand& command) {
  const OptionGroup group(score, "Traces of other programs (docs/imports.md)");
  pipeline::ScoreRequest& request = command.request;
  score
      .add_option("--columns",
                  command.columns,
                  "Columns of the trace: time=NAME,closure=NAME (or opening, area, ear; _right, "
                  "_left)")
      ->delimiter(',')
      ->allow_extra_args(false);
  score.add_option("--fps", request.trace.frames_per_second, "Frame rate of a trace without times")
      ->check(CLI::PositiveNumber);
  score
      .add_option("--lid-points",
                  request.trace.lid_points,
                  "Points of DeepLabCut: UPPER,LOWER or UPPER,LOWER,CORNER,CORNER; right: or left: "
                  "in front")
      ->allow_extra_args(false);
  score.add_option(
      "--levels", command.levels, "OPEN,CLOSED: the opening with the eye open and shut");
}

void add_event_options(CLI::App& score, ScoreCommand& command) {
  const OptionGroup group(score, "Event logs of other programs (docs/imports.md)");
  pipeline::ScoreRequest& request = command.request;
  score.add_option("--cs", request.log.names.cs, "What the log calls the CS (* for anything)")
      ->allow_extra_args(false);
  score.add_option("--us", request.log.names.us, "What the log calls the US")
      ->allow_extra_args(false);
  score
      .add_option("--sync", request.log.names.sync, "What the log calls the pulses of the sync LED")
      ->allow_extra_args(false);
  score
      .add_option(
          "--event-columns", command.event_columns, "Columns of the log: time=NAME,event=NAME")
      ->delimiter(',')
      ->allow_extra_args(false);
  score
      .add_option(
          "--sample-rate", request.log.sample_rate, "Samples per second of times in samples")
      ->check(CLI::PositiveNumber);
  score.add_option("--events-offset",
                   request.events_offset_s,
                   "Seconds from the log's clock to the video's; 0: the same clock");
  score
      .add_option(
          "--debounce-ms", command.debounce_ms, "Events of one name closer than this are one")
      ->check(CLI::Range(0.0, 10'000.0))
      ->capture_default_str();
}

void add_clock_options(CLI::App& score, pipeline::ScoreRequest& request) {
  const OptionGroup group(score, "Trial times");
  score.add_option(
      "--sync-region",
      request.sync_region,
      "x,y,w,h in pixels of a sync LED in the frame that turns on with the CS, or with "
      "the sync events of --events");
  score
      .add_option("--events",
                  request.events_file,
                  "Event log of any program, aligned to the sync LED or by --events-offset")
      ->type_name(kPath);
}

void add_export_options(CLI::App& score, pipeline::ExportDetails& exports) {
  const OptionGroup group(score, "Export");
  score.add_option("--export", exports.formats, "Also export: dlc, sleap, nwb (comma-separated)")
      ->delimiter(',')
      ->check(CLI::IsMember({"dlc", "sleap", "nwb"}));
  score.add_option("--session-start", exports.start_time, "NWB: start of the recording, ISO 8601");
  score.add_option("--species", exports.species, "NWB: species (default: Homo sapiens)");
  score.add_option("--sex", exports.sex, "NWB: sex")->check(CLI::IsMember({"M", "F", "O", "U"}));
  score.add_option("--age", exports.age, "NWB: age as an ISO 8601 duration, for example P30Y");
}

void add_report_options(CLI::App& score, const std::shared_ptr<ScoreCommand>& command) {
  using pipeline::PictureChoice;
  const OptionGroup group(score, "Report");
  score.add_flag("--no-report",
                 command->without_report,
                 "Do not write the reports conditioning.html and learning.html");
  CLI::Option* never = score.add_flag_callback(
      "--no-pictures",
      [command] { command->pictures = PictureChoice::Never; },
      "Do not add pictures of the trials to the report");
  score
      .add_flag_callback(
          "--pictures",
          [command] { command->pictures = PictureChoice::Always; },
          "Add pictures of the trials to the report (default: for up to 30,000 frames)")
      ->excludes(never);
}

}  // namespace

void add_score_command(CLI::App& app) {
  auto command = std::make_shared<ScoreCommand>();
  pipeline::ScoreRequest& request = command->request;
  CLI::App* score = app.add_subcommand(
      "score", "Score the conditioned responses of tracked sessions: trials, CRs, learning curves");
  command->app = score;
  score
      ->add_option(
          "input", command->inputs, "Output folders of `eyelid track`, or traces of other programs")
      ->type_name(kPath);
  score
      ->add_option("--trials",
                   command->trials,
                   "Trial file of each session (default: trials.csv in its folder); with a column "
                   "clip, times "
                   "count from the beginning of that film")
      ->type_name(kPath);
  score
      ->add_option(
          "--sessions",
          command->session_table,
          "Table of sessions, instead of folders: folder,trials,subject,session,phase,group")
      ->type_name(kPath);
  score
      ->add_option(
          "--out", command->out, "Output folder of the session tables (default: the first folder)")
      ->type_name(kFolder);
  add_definition_options(*score, *command);
  add_calibration_options(*score, request);
  add_clock_options(*score, request);
  add_event_options(*score, *command);
  add_trace_options(*score, *command);
  add_export_options(*score, command->exports);
  add_report_options(*score, command);
  add_json_option(*score, command->json);
  score->callback([command] { command->run(); });
}

}  // namespace eyelid::app
