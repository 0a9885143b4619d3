// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/score_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "eyelid/conditioning/learning.hpp"
#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/conditioning/trial_calibration.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/recording_path.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/trial_clock.hpp"
#include "eyelid/pipeline/trials_of_session.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/event_log_csv.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/scores_csv.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/trials_csv.hpp"

namespace eyelid::pipeline {
namespace {

using conditioning::SessionTrace;

/// What is read or belongs to `track`, and must not be overwritten.
std::vector<std::filesystem::path> inputs_of(const ScoreRequest& request) {
  std::vector<std::filesystem::path> inputs;
  for (const std::filesystem::path& file : {request.trials_file,
                                            request.labels_file,
                                            request.calibration_file,
                                            request.events_file,
                                            std::filesystem::path(request.preset)}) {
    if (!file.empty()) inputs.push_back(file);
  }
  for (const char* name : {"frames.csv",
                           "blinks.csv",
                           "landmarks.csv",
                           "overlay.mp4",
                           "report.html",
                           "trials.csv",
                           "labels.csv"}) {
    inputs.push_back(request.folder / name);
  }
  return inputs;
}

/// The files of the last scoring are replaced or go, but not one that this scoring reads.
std::vector<std::string> replaced_files(const ScoreRequest& request) {
  std::vector<std::string> names = files_of_scoring();
  const std::filesystem::path placed = request.folder / "trials_placed.csv";
  if (request.sync_region.empty() && files::is_same_file(request.trials_file, placed)) {
    std::erase(names, "trials_placed.csv");
  }
  names.emplace_back("session.json");  // rewritten by note_files()
  return names;
}

void take_known(const Calibration& given, Calibration& conditions) {
  const auto take = [](const std::string& from, std::string& to) {
    if (!from.empty()) to = from;
  };
  take(given.date, conditions.date);
  take(given.subject, conditions.subject);
  take(given.glasses, conditions.glasses);
  take(given.camera, conditions.camera);
  take(given.distance, conditions.distance);
}

std::string warning_of_bounces(const std::string& log, const std::vector<std::int64_t>& lines) {
  constexpr std::size_t kListed = 5;
  std::string listed;
  for (std::size_t i = 0; i < std::min(lines.size(), kListed); ++i) {
    listed += (i == 0 ? "" : ", ") + std::to_string(lines[i]);
  }
  if (lines.size() > kListed) listed += ", ...";
  return fmt::format(
      "{}: {} within {:.0f} ms of the one before of the same name, taken for contact bounce and "
      "left out (line{} {})",
      log,
      lines.size() == 1 ? "1 event is" : fmt::format("{} events are", lines.size()),
      1000.0 * tables::kShortestRepeat_s,
      lines.size() == 1 ? "" : "s",
      listed);
}

// One job: the steps fill `session_`.
class ScoreJob {
 public:
  explicit ScoreJob(const ScoreRequest& request) { session_.request = request; }

  ScoredSession run() {
    const ScoreRequest& request = session_.request;
    std::error_code error;
    if (!std::filesystem::is_directory(request.folder, error)) {
      throw InputError(request.folder.string() + ": is not a folder, expected the output of track");
    }
    session_.preset = conditioning::load_preset(request.preset, request.settings);
    open_folder();
    if (request.sync_region.empty()) {
      read_trials();
    } else {
      align_to_sync_led();
    }
    if (session_.summary) session_.calibration = session_.summary->closure.calibration;
    load_trace();
    score();
    apply_manual_labels();
    learn();
    tables::write_scores_csv(session_.run->staged("trial_scores.csv"), session_.scores);
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
    if (!request.events_file.empty()) {
      throw InputError(request.events_file.string() +
                       ": an event log without a sync region, expected pulses on both clocks");
    }
    const std::filesystem::path file = trials_file();
    if (file.empty()) {
      throw InputError(request.folder.string() +
                       ": no trials.csv in it; expected one, another trial file, or a sync region");
    }
    session_.rows = trials_of_session(file, request.folder / "frames.csv");
    trials_source_ = file.string();
  }

  void align_to_sync_led() {
    const ScoreRequest& request = session_.request;
    trials_source_ = "sync region " + request.sync_region;
    const PixelRegion region = region_from(request.sync_region);
    std::vector<tables::LoggedEvent> events;
    std::vector<TrialRow> rows;
    if (!request.events_file.empty()) {
      trials_source_ = request.events_file.string();
      std::vector<std::int64_t> bounces;
      events = tables::without_bounces(tables::read_event_log(request.events_file), bounces);
      if (!bounces.empty()) {
        session_.warnings.push_back(warning_of_bounces(trials_source_, bounces));
      }
      if (tables::trials_of_log(events).empty()) {
        throw InputError(request.events_file.string() +
                         ": neither cs nor us among its events, expected those of the trials");
      }
    } else if (const std::filesystem::path file = trials_file(); !file.empty()) {
      rows = trials_of_session(file, request.folder / "frames.csv");
      trials_source_ = file.string();
    }
    const std::unique_ptr<video::FrameSource> source = open_recording(session_);
    tables::FramesCsvReader frames(request.folder / "frames.csv");
    PlacedTrials placed =
        place_trials(*source, frames, region, trials_source_, events, rows, session_.preset.isi_s);
    session_.rows = std::move(placed.rows);
    session_.clock = std::move(placed.findings);
    std::ranges::move(placed.warnings, std::back_inserter(session_.warnings));
    std::vector<Trial> used;
    for (const TrialRow& row : session_.rows) used.push_back(row.trial);
    tables::write_trials_csv(session_.run->staged("trials_placed.csv"), used);
  }

  void load_trace() {
    const ScoreRequest& request = session_.request;
    const bool changes = !request.calibration_file.empty() || request.calibrate_from_trials;
    if (changes && !session_.calibration) {
      throw InputError((request.folder / "session.json").string() +
                       ": is missing; expected the levels that another calibration replaces");
    }
    read_trace();
    if (!request.calibration_file.empty()) {
      use(tables::load_calibration(request.calibration_file));
      warn_of_mismatch();
    } else if (request.calibrate_from_trials) {
      use(calibration_from_trials());
    }
    if (!request.save_calibration_file.empty()) save_calibration();
  }

  void read_trace() {
    session_.trace = SessionTrace(conditioning::spans_of_trials(session_.rows, session_.preset));
    ScoredFramesReader frames(session_.request.folder / "frames.csv", session_.other_levels);
    for (EyelidSample sample; frames.next(sample);) session_.trace.add(sample);
  }

  void use(const Calibration& now) {
    session_.other_levels = {*session_.calibration, now};
    session_.calibration = now;
    read_trace();
  }

  Calibration calibration_from_trials() {
    Calibration now = conditions();
    for (const auto& [eye, levels] : {std::pair(ScoredEye::Right, &now.levels.right),
                                      std::pair(ScoredEye::Left, &now.levels.left)}) {
      if (!are_usable(*levels)) continue;
      const conditioning::TrialLevels found =
          conditioning::levels_from_trials(session_.trace, eye, session_.rows);
      *levels = conditioning::calibrated(*levels, found, eye);
      if (found.us_trials < 3) {
        session_.warnings.push_back(std::string(name_of(eye)) +
                                    " eye: too few trials with a US, the closed level is that of "
                                    "the recording's full blinks");
      }
    }
    now.open_source = now.closed_source = LevelSource::Measured;
    now.recording = session_.summary->source.path;
    return now;
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

  void score() {
    conditioning::SessionScores scores =
        conditioning::score_session(session_.trace, session_.rows, session_.preset, trials_source_);
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
  ScoredSession session_;
};

}  // namespace

std::vector<std::string> files_of_study() {
  return {"learning_blocks.csv", "learning_curve.csv", "learning.html", "sessions.csv"};
}

std::vector<std::string> files_of_scoring() {
  std::vector<std::string> names = {"trials_placed.csv",
                                    "conditioning.html",
                                    "landmarks_dlc.csv",
                                    "landmarks_sleap.h5",
                                    "session.nwb"};
  std::ranges::copy(files_of_study(), std::back_inserter(names));
  names.emplace_back("trial_scores.csv");
  return names;
}

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
