// SPDX-License-Identifier: MIT
#include "eyelid/batch/batch_job.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/batch/fault.hpp"
#include "eyelid/batch/session_check.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/files/json_file.hpp"
#include "eyelid/files/sha256.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/score_report.hpp"
#include "eyelid/tables/scores_csv.hpp"

namespace eyelid::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The recording by content; nothing where it cannot be read.
std::optional<RecordingIdentity> identity_of_video(const fs::path& video) {
  std::error_code ignored;
  if (!fs::exists(video, ignored)) return std::nullopt;
  try {
    return pipeline::identity_of(std::array{video});
  } catch (const InputError&) {  // said by the work itself
    return std::nullopt;
  }
}

Json identity_json(const std::optional<RecordingIdentity>& identity) {
  if (!identity) return nullptr;
  return {{"size", identity->size}, {"sha256_ends", identity->sha256_ends}};
}

Json hash_json(const fs::path& file) {
  if (file.empty()) return nullptr;
  try {
    return files::sha256_of_file(file);
  } catch (const files::Interrupted&) {
    throw;
  } catch (const InputError&) {  // said by the work itself
    return "cannot be read";
  }
}

/// One recording from its row to its files.
class RecordingJob {
 public:
  RecordingJob(const BatchRequest& request,
               const ManifestRow& row,
               const pipeline::TrackProgress& progress)
      : request_(request),
        row_(row),
        progress_(progress),
        folder_(request.root / row.id),
        identity_(identity_of_video(row.video)) {
    now_.row = row;
    note_requests();
  }

  RowResult run() {
    const std::optional<BatchRecord> before = record_before();
    const bool is_same = before && before->track_request == now_.track_request &&
                         before->score_request == now_.score_request;
    if (request_.resume) {
      now_.is_tracked = is_tracked(before);
      if (is_same && before->state == RowState::Done && now_.is_tracked) {
        result_.outcome = Outcome::DoneBefore;
        return result_;
      }
      if (is_same && !request_.retries_failed && has_failed(*before)) {
        result_.outcome = Outcome::FailedBefore;
        return result_;
      }
    }
    now_.attempts = is_same && before->state == RowState::Started ? before->attempts + 1 : 1;
    work();
    return result_;
  }

 private:
  void note_requests() {
    const Json track = {{"options", request_.track_options},
                        {"video", identity_json(identity_)},
                        {"calibration", hash_json(row_.calibration)},
                        {"timestamps", hash_json(row_.timestamps)},
                        {"subject", row_.subject}};
    now_.track_request = files::json_text(track);
    if (row_.trials.empty()) return;
    const Json score = {{"options", request_.score_options},
                        {"trials", hash_json(row_.trials)},
                        {"session", row_.session ? Json(*row_.session) : Json(nullptr)},
                        {"phase", row_.phase},
                        {"group", row_.group}};
    now_.score_request = files::json_text(score);
  }

  std::optional<BatchRecord> record_before() const {
    try {
      return read_record(folder_);
    } catch (const InputError&) {  // is written anew
      return std::nullopt;
    }
  }

  /// Whether the folder holds the whole result of tracking this recording as requested. Without a
  /// record, that of `eyelid track` without options counts too.
  bool is_tracked(const std::optional<BatchRecord>& before) const {
    if (!identity_) return false;
    if (before ? !before->is_tracked || before->track_request != now_.track_request
               : !request_.track_options.empty() || !row_.calibration.empty() ||
                     !row_.timestamps.empty()) {
      return false;
    }
    try {
      const std::optional<SessionSummary> summary = pipeline::session_in(folder_);
      return summary && pipeline::is_same_recording(summary->run.recording, *identity_) &&
             !fault_of_files(folder_, *summary, FileCheck::Contents);
    } catch (const InputError&) {
      return false;
    }
  }

  bool has_failed(const BatchRecord& before) {
    result_.message = before.message;
    if (before.state == RowState::Failed) return true;
    if (before.state != RowState::Started || before.attempts < kMaxSilentAttempts) return false;
    result_.message =
        fmt::format("{}: {} attempts ended without a word (killed, out of memory, or a crash)",
                    row_.video.string(),
                    before.attempts);
    now_.attempts = before.attempts;
    end_as(RowState::Failed, result_.message);
    return true;
  }

  void work() {
    const Stopwatch stopwatch;
    try {
      files::throw_if_interrupted();
      files::create_folder(folder_);
      write_record(folder_, now_);
      check_video();
      result_.only_scored = now_.is_tracked;
      if (!now_.is_tracked) track();
      if (!row_.trials.empty()) {
        score();
      } else if (result_.only_scored) {
        end_as(RowState::Done, "");
      }
    } catch (const files::Interrupted& interruption) {
      files::take_interruption();  // the record is still to be written
      end_as(RowState::Stopped, interruption.what());
      throw;
    } catch (...) {
      const Fault fault = current_fault();
      result_.outcome = fault.may_pass ? Outcome::Stopped : Outcome::Failed;
      result_.message = fault.message;
      end_as(fault.may_pass ? RowState::Stopped : RowState::Failed, fault.message);
    }
    result_.seconds = stopwatch.seconds();
  }

  void check_video() const {
    std::error_code error;
    if (fs::exists(row_.video, error)) return;
    throw InputError(row_.video.string() +
                     ": is not there, expected a film, or a folder of films or pictures");
  }

  void end_as(RowState state, const std::string& message) {
    now_.state = state;
    now_.message = message;
    try {
      write_record(folder_, now_);
    } catch (const InputError&) {  // a full disk: the older record says "started", which is true
    }
  }

  void track() {
    pipeline::TrackRequest request = request_.track;
    request.inputs = {row_.video};
    request.folder = folder_;
    request.calibration_file = row_.calibration;
    request.timestamps_file = row_.timestamps;
    request.trials_file = row_.trials;
    request.title = row_.id;
    if (!row_.subject.empty()) request.conditions.subject = row_.subject;
    request.added_outputs.push_back(folder_ / kRecordName);
    const pipeline::TrackedSession session = pipeline::track_session(request, progress_);
    result_.frames = session.summary.closure.frames;
    now_.is_tracked = true;
    now_.state = row_.trials.empty() ? RowState::Done : RowState::Started;
    session.run->add(folder_ / kRecordName, record_text(now_));
    session.run->commit();
  }

  void score() {
    pipeline::ScoreRequest request = request_.score;
    request.folder = folder_;
    request.trials_file = row_.trials;
    request.session = row_.session.value_or(1);
    request.phase = row_.phase;
    request.group = row_.group;
    if (!row_.subject.empty()) request.conditions.subject = row_.subject;
    pipeline::ScoredSession session = pipeline::score_folder(request);
    session.run->announce(folder_ / kRecordName);
    if (request_.track.write_report) write_report(session);
    tables::write_sessions_csv(session.run->staged("sessions.csv"), session.learning);
    tables::write_blocks_csv(session.run->staged("learning_blocks.csv"), session.learning);
    now_.state = RowState::Done;
    now_.warnings = session.warnings;
    session.run->add(folder_ / kRecordName, record_text(now_));
    pipeline::note_files(session);
    session.run->commit();
  }

  void write_report(pipeline::ScoredSession& session) const {
    const std::int64_t total = session.trace.frames();
    pipeline::write_session_report(session, pipeline::PictureChoice::Auto, [&](std::int64_t done) {
      progress_(pipeline::TrackPhase::Pictures, done, total);
    });
  }

  const BatchRequest& request_;
  const ManifestRow& row_;
  const pipeline::TrackProgress& progress_;
  fs::path folder_;
  std::optional<RecordingIdentity> identity_;
  BatchRecord now_;
  RowResult result_;
};

}  // namespace

std::string_view name_of(Outcome outcome) {
  constexpr std::array<std::string_view, 5> kNames = {
      "done", "done before", "failed", "failed before", "stopped"};
  return kNames[static_cast<std::size_t>(outcome)];
}

RowResult do_recording(const BatchRequest& request,
                       const ManifestRow& row,
                       const pipeline::TrackProgress& progress) {
  return RecordingJob(request, row, progress).run();
}

}  // namespace eyelid::batch
