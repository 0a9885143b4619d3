// SPDX-License-Identifier: MIT
#include "eyelid/batch/collected_session.hpp"

#include <cmath>
#include <system_error>

#include "eyelid/batch/batch_record.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/files/interruption.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/tables/csv_reader.hpp"
#include "eyelid/tables/csv_text.hpp"

namespace eyelid::batch {
namespace {

namespace fs = std::filesystem;

SessionState state_of(const BatchRecord& record) {
  switch (record.state) {
    case RowState::Started:
      return SessionState::Unfinished;
    case RowState::Done:
      return SessionState::Done;
    case RowState::Failed:
      return SessionState::Failed;
    case RowState::Stopped:
      return SessionState::Stopped;
  }
  return SessionState::Unfinished;
}

/// Of the mean trace, from the sessions.csv that scoring left; nothing without that row.
std::optional<ScoreFigures> scores_in(const fs::path& path) {
  tables::CsvReader table(path);
  const std::size_t eye = table.required_column("eye");
  const auto count = [&](std::string_view name) {
    return table.integer(table.required_column(name));
  };
  const auto number = [&](std::string_view name) {
    return table.optional_number(table.required_column(name)).value_or(std::nan(""));
  };
  while (table.next()) {
    if (table.text(eye) != "mean") continue;
    return ScoreFigures{count("judged"),
                        count("rejected"),
                        number("percent_cr"),
                        number("percent_cr_any"),
                        number("onset_median_ms"),
                        number("amplitude_mean")};
  }
  return std::nullopt;
}

void read_session(const fs::path& folder, FileCheck check, CollectedSession& session) {
  session.summary = pipeline::session_in(folder);
  if (!session.summary) {
    if (session.state == SessionState::Done) {
      throw InputError((folder / "session.json").string() + ": is missing, expected that of a run");
    }
    return;
  }
  session.warnings.insert(
      session.warnings.begin(), session.summary->warnings.begin(), session.summary->warnings.end());
  if (session.state == SessionState::Missing) session.state = SessionState::Done;
  if (session.state != SessionState::Done) return;
  if (const auto fault = fault_of_files(folder, *session.summary, check)) throw InputError(*fault);
  if (session.summary->run.sha256.contains("sessions.csv")) {
    session.scores = scores_in(folder / "sessions.csv");
  }
}

bool has_file(const CollectedSession& session, const char* name) {
  return session.state == SessionState::Done && session.summary &&
         session.summary->run.sha256.contains(name);
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : " | ") + sentence;
  return text;
}

double percent_valid(const SessionSummary& summary) {
  if (summary.closure.frames == 0) return std::nan("");
  return 100.0 * static_cast<double>(summary.closure.valid_frames) /
         static_cast<double>(summary.closure.frames);
}

double frames_per_second(const ClosureSummary& closure) {
  if (!(closure.duration_s > 0.0)) return std::nan("");
  return static_cast<double>(closure.frames - 1) / closure.duration_s;
}

void write_figures(const SessionSummary& summary, tables::CsvWriter& table) {
  const ClosureSummary& closure = summary.closure;
  table.integer(closure.frames)
      .number(closure.duration_s, tables::kDurationDecimals)
      .number(frames_per_second(closure), 2)
      .number(percent_valid(summary), 2)
      .integer(closure.interpolated_frames)
      .integer(closure.face_lost_intervals)
      .integer(summary.source_report.damaged_frames)
      .integer(summary.source_report.missing_frames)
      .integer(closure.blinks.right)
      .integer(closure.blinks.left)
      .number(static_cast<double>(closure.noise.right), tables::kRatioDecimals)
      .number(static_cast<double>(closure.noise.left), tables::kRatioDecimals);
}
constexpr std::size_t kFigures = 12;

void write_scores(const ScoreFigures& scores, tables::CsvWriter& table) {
  table.integer(scores.judged)
      .integer(scores.rejected)
      .number(scores.percent_cr, 2)
      .number(scores.percent_cr_any, 2)
      .number(scores.onset_median_ms, tables::kDurationDecimals)
      .number(scores.amplitude_mean, tables::kRatioDecimals);
}
constexpr std::size_t kScores = 6;

}  // namespace

const std::string_view kCollectionHeader =
    "id,state,message,subject,group,phase,session,folder,trials,video,frames,duration_s,"
    "frames_per_second,valid_percent,interpolated_frames,face_lost_intervals,damaged_frames,"
    "missing_frames,blinks_right,blinks_left,fec_noise_right,fec_noise_left,judged,rejected,"
    "percent_cr,percent_cr_any,onset_median_ms,amplitude_mean,report,trial_report,wall_s,device,"
    "warning_count,warnings,note";

CollectedSession collected_session(const fs::path& root, const ManifestRow& row, FileCheck check) {
  CollectedSession session;
  session.row = row;
  const fs::path folder = root / row.id;
  try {
    if (const std::optional<BatchRecord> record = read_record(folder)) {
      session.state = state_of(*record);
      session.message = record->message;
      session.warnings = record->warnings;
      const bool is_of_manifest = !row.video.empty();
      if (!is_of_manifest) session.row = record->row;
      session.row.id = row.id;
    }
    read_session(folder, check, session);
  } catch (const files::Interrupted&) {
    throw;
  } catch (const InputError& error) {
    session.state = SessionState::Damaged;
    session.message = error.what();
  }
  return session;
}

void write_collected(const CollectedSession& session, tables::CsvWriter& table) {
  const ManifestRow& row = session.row;
  const auto path = [](const fs::path& file) {
    return file.empty() ? std::string() : fs::absolute(file).lexically_normal().string();
  };
  table.word(row.id).word(name_of(session.state)).word(session.message);
  table.word(row.subject).word(row.group).word(row.phase);
  if (row.session) {
    table.integer(*row.session);
  } else {
    table.empty();
  }
  table.word(row.id).word(path(row.trials)).word(path(row.video));
  // Of a session that is not done, session.json is of an older run.
  const bool is_done = session.state == SessionState::Done && session.summary;
  if (is_done) {
    write_figures(*session.summary, table);
  } else {
    table.empty(kFigures);
  }
  if (session.scores) {
    write_scores(*session.scores, table);
  } else {
    table.empty(kScores);
  }
  table.word(has_file(session, "report.html") ? "report.html" : "");
  table.word(has_file(session, "conditioning.html") ? "conditioning.html" : "");
  table.number(is_done ? session.summary->wall_s : std::nan(""), 1);
  table.word(is_done ? session.summary->device : "");
  table.integer(std::ssize(session.warnings)).word(joined(session.warnings)).word(row.note);
  table.end_row();
}

}  // namespace eyelid::batch
