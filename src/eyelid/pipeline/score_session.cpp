// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/score_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "eyelid/conditioning/condition_figures.hpp"
#include "eyelid/conditioning/learning.hpp"
#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/conditioning/trial_calibration.hpp"
#include "eyelid/conditioning/trial_flags.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/pipeline/recording_path.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/score_files.hpp"
#include "eyelid/pipeline/session_calibration.hpp"
#include "eyelid/pipeline/trial_clock.hpp"
#include "eyelid/pipeline/trial_input.hpp"
#include "eyelid/pipeline/trials_of_session.hpp"
#include "eyelid/tables/blinks_csv.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/event_log_csv.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/scores_csv.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/trials_csv.hpp"

namespace eyelid::pipeline {
namespace {

using conditioning::SessionTrace;

// One job: the steps fill `session_`.
class ScoreJob {
 public:
  explicit ScoreJob(const ScoreRequest& request) { session_.request = request; }

  ScoredSession run() {
    const ScoreRequest& request = session_.request;
    session_.preset = conditioning::load_preset(request.preset, request.settings);
    if (request.trace_file.empty()) {
      std::error_code error;
      if (!std::filesystem::is_directory(request.folder, error)) {
        throw InputError(request.folder.string() +
                         ": is not a folder, expected the output of track");
      }
      open_folder();
    } else {
      import_trace();
    }
    if (request.sync_region.empty()) {
      read_trials();
    } else {
      align_to_sync_led();
    }
    if (session_.summary) session_.calibration = session_.summary->closure.calibration;
    load_trace();
    if (session_.summary && !imported_) {
      std::vector<std::string> of_track =
          warnings_of_track(*session_.summary, *session_.calibration, session_.rows);
      session_.warnings.insert(session_.warnings.begin(), of_track.begin(), of_track.end());
    }
    score();
    apply_manual_labels();
    learn();
    tables::write_scores_csv(session_.run->staged("trial_scores.csv"), session_.scores);
    const auto figures = conditioning::figures_by_condition(session_.scores);
    if (!figures.empty()) {
      tables::write_conditions_csv(session_.run->staged("conditions.csv"), figures);
    }
    return std::move(session_);
  }

 private:
  void open_folder() {
    const ScoreRequest& request = session_.request;
    session_.run = std::make_shared<files::RunFolder>(
        request.folder, replaced_files(request), inputs_of(request));
    if (!request.save_calibration_file.empty()) {
      session_.run->announce(request.save_calibration_file);
    }
    session_.summary = session_in(request.folder);
    check_same_run(request.folder, "frames.csv", session_.summary);
    if (!session_.summary && !imported_) warn_of_no_record();
    session_.frames_file = request.folder / "frames.csv";
  }

  void warn_of_no_record() {
    const std::filesystem::path& folder = session_.request.folder;
    std::error_code ignored;
    session_.warnings.push_back(
        (folder / "session.json").string() +
        ": is missing, so nothing says which recording and levels frames.csv is of" +
        (std::filesystem::exists(folder / "blinks.csv", ignored)
             ? ", and whether blinks.csv is of the same one"
             : ", and no trial is flagged for a spontaneous blink"));
  }

  void import_trace() {
    const ScoreRequest& request = session_.request;
    imported_ = imports::read_trace(request.trace_file, request.trace);
    if (imported_->quantity == imports::Quantity::Opening && !request.opening_levels &&
        !request.calibrate_from_trials) {
      throw InputError(request.trace_file.string() + ": an opening (" + imported_->format +
                       ") without its levels, expected --calibrate-from-trials, or --levels "
                       "OPEN,CLOSED");
    }
    check_import_folder(request.folder);
    open_folder();
    session_.frames_file = session_.run->staged("frames.csv");
    write_imported_frames(
        *imported_, request.opening_levels, session_.frames_file, request.trace_file.string());
    files::write_file(session_.run->staged(kImportRecord),
                      import_record(*imported_, request.trace_file));
    std::ranges::move(imported_->warnings, std::back_inserter(session_.warnings));
  }

  Calibration conditions() const {
    Calibration known = session_.summary ? session_.summary->closure.calibration : Calibration{};
    take_known(session_.request.conditions, known);
    return known;
  }

  // The trial file, or nothing where it is not given and the folder has none.
  std::filesystem::path trials_file() const {
    const ScoreRequest& request = session_.request;
    if (!request.trials_file.empty()) return request.trials_file;
    std::error_code error;
    const std::filesystem::path own = request.folder / "trials.csv";
    return std::filesystem::exists(own, error) ? own : std::filesystem::path();
  }

  void read_trials() {
    const ScoreRequest& request = session_.request;
    const double origin_s = imported_ ? imported_->origin_s : 0.0;
    if (!request.events_file.empty()) {
      const imports::Log log = read_events(request, session_.warnings);
      session_.rows = trials_on_trace_clock(log, request, origin_s);
      trials_source_ = request.events_file.string();
      return write_placed_trials();
    }
    const std::filesystem::path file = trials_file();
    if (file.empty() && imported_ && !imported_->trials.empty()) {
      session_.rows = imported_->trials;
      trials_source_ = request.trace_file.string();
      return write_placed_trials();
    }
    if (file.empty() && imported_) {
      throw InputError(request.trace_file.string() +
                       ": a trace without trials, expected --trials FILE or --events LOG");
    }
    if (file.empty()) {
      throw InputError(request.folder.string() +
                       ": no trials.csv in it; expected one, another trial file, or a sync region");
    }
    session_.rows = trials_of_session(file, session_.frames_file);
    move_dates(session_.rows, origin_s);
    trials_source_ = file.string();
  }

  void write_placed_trials() {
    std::vector<Trial> used;
    for (const TrialRow& row : session_.rows) used.push_back(row.trial);
    tables::write_trials_csv(session_.run->staged("trials_placed.csv"), used);
  }

  void align_to_sync_led() {
    const ScoreRequest& request = session_.request;
    trials_source_ = "sync region " + request.sync_region;
    const PixelRegion region = region_from(request.sync_region);
    std::vector<tables::LoggedEvent> events;
    std::vector<TrialRow> rows;
    if (!request.events_file.empty()) {
      trials_source_ = request.events_file.string();
      events = read_events(request, session_.warnings).events;
    } else if (const std::filesystem::path file = trials_file(); !file.empty()) {
      rows = trials_of_session(file, session_.frames_file);
      trials_source_ = file.string();
    }
    const std::unique_ptr<video::FrameSource> source = open_recording(session_);
    tables::FramesCsvReader frames(request.folder / "frames.csv");
    PlacedTrials placed = place_trials(*source,
                                       frames,
                                       region,
                                       trials_source_,
                                       events,
                                       rows,
                                       session_.preset.isi_s,
                                       session_.run->scratch_folder());
    session_.rows = std::move(placed.rows);
    session_.clock = std::move(placed.findings);
    std::ranges::move(placed.warnings, std::back_inserter(session_.warnings));
    write_placed_trials();
  }

  void load_trace() {
    const ScoreRequest& request = session_.request;
    const bool changes = !request.calibration_file.empty() || request.calibrate_from_trials;
    const bool is_own_scale = !session_.calibration;
    if (changes && is_own_scale && !request.calibration_file.empty()) {
      throw InputError((request.folder / "session.json").string() +
                       ": is missing; expected the levels that another calibration replaces");
    }
    read_trace();
    if (!request.calibration_file.empty()) {
      use(tables::load_calibration(request.calibration_file));
      warn_of_mismatch();
    } else if (request.calibrate_from_trials) {
      if (is_own_scale) session_.calibration = closure_as_its_scale(session_.trace);
      Calibration known = conditions();
      known.levels = session_.calibration->levels;
      if (session_.summary) known.recording = session_.summary->source.path;
      use(calibration_from_trials(known, session_.trace, session_.rows, session_.warnings));
      // Its levels are closures, no aspect ratios.
      if (is_own_scale) session_.calibration.reset();
      if (imported_) rewrite_frames();
    }
    if (!request.save_calibration_file.empty()) save_calibration();
  }

  void read_trace() {
    session_.trace = SessionTrace(conditioning::spans_of_trials(session_.rows, session_.preset));
    if (session_.preset.uses_unfiltered && session_.calibration) {
      session_.trace.keep_unfiltered(session_.calibration->levels);
    }
    ScoredFramesReader frames(session_.frames_file, session_.other_levels);
    for (EyelidSample sample; frames.next(sample);) session_.trace.add(sample);
  }

  void use(const Calibration& now) {
    session_.other_levels = {*session_.calibration, now};
    session_.calibration = now;
    read_trace();
  }

  // The frames.csv of an imported trace has the closure that is scored.
  void rewrite_frames() {
    ScoredFramesReader frames(session_.frames_file, session_.other_levels);
    tables::FramesCsvWriter writer(session_.frames_file);
    for (EyelidSample sample; frames.next(sample);) writer.write(sample);
    writer.commit();
    session_.other_levels.reset();
  }

  void save_calibration() {
    if (!session_.calibration) {
      throw InputError((session_.request.folder / "session.json").string() +
                       ": is missing; expected the levels of the calibration to save");
    }
    Calibration stored = *session_.calibration;
    take_known(session_.request.conditions, stored);
    session_.run->add(session_.request.save_calibration_file, tables::calibration_text(stored));
  }

  void warn_of_mismatch() {
    const auto levels = [&](ScoredEye eye) {
      return conditioning::levels_from_trials(session_.trace, eye, session_.rows);
    };
    const std::vector<std::string> found = conditioning::calibration_mismatches(
        *session_.calibration, conditions(), levels(ScoredEye::Right), levels(ScoredEye::Left));
    session_.warnings.insert(session_.warnings.end(), found.begin(), found.end());
  }

  // A trace of another program has none; those in the folder are then of something else.
  void flag_blinks(conditioning::SessionScores& scores) {
    const std::filesystem::path& folder = session_.request.folder;
    const std::filesystem::path blinks = folder / "blinks.csv";
    std::error_code error;
    if (imported_) return;
    if (!std::filesystem::exists(blinks, error)) {
      if (const auto warning =
              missing_file_warning(folder,
                                   "blinks.csv",
                                   session_.summary,
                                   "no trial is flagged for a spontaneous blink")) {
        session_.warnings.push_back(*warning);
      }
      return;
    }
    check_same_run(folder, "blinks.csv", session_.summary);
    conditioning::flag_spontaneous_blinks(tables::read_blinks_csv(blinks), scores);
  }

  void score() {
    conditioning::SessionScores scores =
        conditioning::score_session(session_.trace, session_.rows, session_.preset, trials_source_);
    flag_blinks(scores);
    session_.scores = std::move(scores.scores);
    session_.times = std::move(scores.times);
    session_.isi_s = scores.isi_s;
    for (const TrialProblem& problem : scores.unscorable) {
      session_.warnings.push_back(conditioning::listed(trials_source_, {&problem, 1}));
    }
    std::move(
        scores.warnings.begin(), scores.warnings.end(), std::back_inserter(session_.warnings));
    if (2 * count(Verdict::Rejected) > with_cs()) {
      session_.warnings.push_back(
          fmt::format("{} of {} trials with a CS are rejected; see the reasons",
                      count(Verdict::Rejected),
                      with_cs()));
    }
  }

  int with_cs() const {
    int trials = 0;
    for (const TrialRow& row : session_.rows) trials += row.trial.cs_onset_s.has_value();
    return trials;
  }

  int count(Verdict verdict) const {
    int trials = 0;
    for (const TrialScore& one : session_.scores) {
      trials += one.eye == ScoredEye::Mean && one.trial.cs_onset_s && one.verdict == verdict;
    }
    return trials;
  }

  void apply_manual_labels() {
    const ScoreRequest& request = session_.request;
    std::filesystem::path labels = request.labels_file;
    std::error_code error;
    if (labels.empty() && std::filesystem::exists(request.folder / "labels.csv", error)) {
      labels = request.folder / "labels.csv";
    }
    if (!labels.empty()) tables::apply_labels_csv(labels, session_.scores);
  }

  void learn() {
    const Calibration known = conditions();
    for (const ScoredEye eye : kScoredEyes) {
      const auto index = static_cast<std::size_t>(eye);
      SessionLearning& learning = session_.learning[index];
      learning = conditioning::learning_of(session_.scores, eye, session_.preset.learning);
      learning.folder = session_.request.folder.string();
      learning.subject = known.subject;
      learning.session = session_.request.session;
      learning.phase = session_.request.phase;
      learning.group = session_.request.group;
      session_.verdicts[index] = conditioning::judged_verdicts(session_.scores, eye);
    }
  }

  std::string trials_source_;  // file or region, for messages about trials
  std::optional<imports::Trace> imported_;
  ScoredSession session_;
};

}  // namespace

void note_files(const ScoredSession& session) {
  if (!session.summary) return;
  // Beside tables that are not noted, as in the session.json of an older eyelid, nothing is.
  const bool has_run = !session.summary->run.id.empty();
  files::write_file(session.run->staged("session.json"),
                    tables::session_json_with_files(
                        session.request.folder / "session.json",
                        replaced_files(session.request),
                        has_run ? session.run->hashes() : std::map<std::string, std::string>{}));
}

ScoredSession score_folder(const ScoreRequest& request) { return ScoreJob(request).run(); }

LearningSummary learning_of_study(const std::vector<ScoredSession>& sessions) {
  EYELID_EXPECTS(!sessions.empty());
  std::vector<SessionLearning> learnings;
  std::vector<std::vector<bool>> verdicts;
  for (const ScoredSession& session : sessions) {
    learnings.push_back(session.learning[kMeanOfEyes]);
    verdicts.push_back(session.verdicts[kMeanOfEyes]);
  }
  return conditioning::summarize_learning(
      std::move(learnings), verdicts, sessions.front().preset.learning);
}

}  // namespace eyelid::pipeline
