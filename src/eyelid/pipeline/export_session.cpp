// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/export_session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "eyelid/core/error.hpp"
#include "eyelid/exports/session_export.hpp"
#include "eyelid/pipeline/recording_path.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/tables/landmarks_csv.hpp"

namespace eyelid::pipeline {
namespace {

// "2026-11-25T16:04:03+00:00", the form pynwb writes.
std::string modification_time(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "1970-01-01T00:00:00+00:00";
  std::tm utc{};
  gmtime_r(&status.st_mtime, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
                     utc.tm_year + 1900,
                     utc.tm_mon + 1,
                     utc.tm_mday,
                     utc.tm_hour,
                     utc.tm_min,
                     utc.tm_sec);
}

std::string with_zone(const std::string& time) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  if (std::sscanf(time.c_str(), "%4d-%2d-%2dT%2d:%2d", &year, &month, &day, &hour, &minute) != 5) {
    throw InputError("session start " + time +
                     ": expected ISO 8601, for example 2026-11-25T16:04:03+01:00");
  }
  const std::size_t clock = time.find('T');
  if (time.back() == 'Z') return time.substr(0, time.size() - 1) + "+00:00";
  return time.find_first_of("+-", clock) == std::string::npos ? time + "+00:00" : time;
}

/// Reads the tables of a session row by row, in step with each other, as often as asked.
void visit_frames(const ScoredSession& session,
                  bool has_points,
                  const std::function<void(const exports::ExportFrame&)>& visit) {
  const std::filesystem::path& folder = session.request.folder;
  ScoredFramesReader frames(session.frames_file, session.other_levels);
  std::optional<tables::LandmarksCsvReader> landmarks;
  if (has_points) landmarks.emplace(folder / "landmarks.csv");
  tables::LandmarksRow row;
  bool has_row = landmarks && landmarks->next(row);
  std::vector<float> points(landmarks ? 2 * landmarks->point_count() : 0);
  for (EyelidSample sample; frames.next(sample);) {
    exports::ExportFrame frame;
    frame.frame = sample.frame;
    frame.time_s = sample.time_s;
    frame.fec = {sample.fec.right, sample.fec.left, sample.mean_fec};
    frame.ear = {sample.ear.right, sample.ear.left};
    if (std::isfinite(sample.face_score)) frame.confidence = sample.face_score;
    while (has_row && row.frame < sample.frame) has_row = landmarks->next(row);
    const bool is_found = has_row && row.frame == sample.frame && !row.points.empty();
    if (has_points && !is_found) {
      frame.confidence = 0.0f;
      std::ranges::fill(points, kNotAvailable);
    }
    // One eye close up has no face, hence no score of one.
    if (is_found && !std::isfinite(sample.face_score)) frame.confidence = 1.0f;
    for (std::size_t node = 0; is_found && node < row.points.size(); ++node) {
      points[2 * node] = row.points[node].x;
      points[2 * node + 1] = row.points[node].y;
    }
    frame.points = points;
    visit(frame);
  }
}

void take_films(const ScoredSession& session,
                const std::vector<std::filesystem::path>& recording,
                exports::SessionExport& data) {
  const SessionSummary& summary = *session.summary;
  if (summary.source.kind != "video" && summary.source.kind != "clips") return;
  std::error_code error;
  if (std::ranges::any_of(recording, [&](const std::filesystem::path& clip) {
        return std::filesystem::is_directory(clip, error);  // of pictures
      })) {
    return;
  }
  std::int64_t first_frame = 0;
  for (std::size_t i = 0; i < recording.size(); ++i) {
    data.films.push_back(
        std::filesystem::relative(recording[i], session.request.folder, error).generic_string());
    data.first_frames.push_back(first_frame);
    const std::vector<ClipIdentity>& clips = summary.run.recording.clips;
    if (i < clips.size()) first_frame += clips[i].frames;
  }
  data.video_size = {summary.source.width, summary.source.height};
}

void take_recording(const ScoredSession& session,
                    const std::string& start_time,
                    exports::SessionExport& data,
                    std::vector<std::string>& warnings) {
  std::filesystem::path dated = session.frames_file;
  data.file_time = modification_time(dated);
  try {
    const std::vector<std::filesystem::path> recording = recording_of(session);
    take_films(session, recording, data);
    dated = recording.front();
  } catch (const RecordingNotFound& error) {
    warnings.push_back(std::string("export without a link to the recording: ") + error.what());
  }
  if (start_time.empty()) {
    data.start_time = modification_time(dated);
    warnings.push_back("session start taken from the modification time of " +
                       dated.filename().string() + ": " + data.start_time);
  } else {
    data.start_time = with_zone(start_time);
  }
}

exports::SessionExport export_of(const ScoredSession& session,
                                 const ExportDetails& details,
                                 std::vector<std::string>& warnings) {
  exports::SessionExport data;
  data.subject = session.learning[0].subject;
  data.scores = session.scores;
  if (!details.species.empty()) data.species = details.species;
  if (!details.sex.empty()) data.sex = details.sex;
  if (!details.age.empty()) data.age = details.age;
  data.description =
      "Eyeblink conditioning: eyelid closure measured from video, trials scored by preset " +
      session.preset.name;
  data.scorer = "eyelid";
  take_recording(session, details.start_time, data, warnings);
  data.identifier = (data.films.empty() ? "" : data.films.front()) + " " + data.start_time + " " +
                    session.request.folder.filename().string();
  if (session.summary) {
    for (const ModelIdentity& model : session.summary->models) {
      if (model.role.starts_with("landmarks")) data.scorer = "eyelid_" + model.name;
    }
  }
  for (char& c : data.scorer) {
    if (c == ',' || c == '"' || c == ' ') c = '_';
  }
  data.frames = static_cast<std::size_t>(session.trace.frames());
  data.first_s = session.trace.first_s();
  data.last_s = session.trace.last_s();
  const std::filesystem::path landmarks = session.request.folder / "landmarks.csv";
  std::error_code error;
  if (std::filesystem::exists(landmarks, error)) {
    check_same_run(session.request.folder, "landmarks.csv", session.summary);
    data.nodes = exports::node_names(tables::LandmarksCsvReader(landmarks).point_count());
  } else if (const auto warning = missing_file_warning(session.request.folder,
                                                       "landmarks.csv",
                                                       session.summary,
                                                       "the export has no lid points")) {
    warnings.push_back(*warning);
  }
  data.visit_frames = [&session, has_points = !data.nodes.empty()](
                          const std::function<void(const exports::ExportFrame&)>& visit) {
    visit_frames(session, has_points, visit);
  };
  return data;
}

}  // namespace

std::vector<std::filesystem::path> export_session(const ScoredSession& session,
                                                  const ExportDetails& details,
                                                  std::vector<std::string>& warnings) {
  std::vector<std::filesystem::path> files;
  if (details.formats.empty()) return files;
  const exports::SessionExport data = export_of(session, details, warnings);
  const std::filesystem::path& folder = session.request.folder;
  for (const std::string& format : details.formats) {
    const bool needs_points = format == "dlc" || format == "sleap";
    if (needs_points && data.nodes.empty()) {
      throw InputError((folder / "landmarks.csv").string() +
                       ": is missing; expected the landmarks that track saves on request, for " +
                       format);
    }
    if (format == "dlc") {
      files.push_back(folder / "landmarks_dlc.csv");
      exports::write_dlc_csv(session.run->staged("landmarks_dlc.csv"), data);
    } else if (format == "sleap") {
      files.push_back(folder / "landmarks_sleap.h5");
      exports::write_sleap_h5(session.run->staged("landmarks_sleap.h5"), data);
    } else if (format == "nwb") {
      files.push_back(folder / "session.nwb");
      exports::write_nwb(session.run->staged("session.nwb"), data);
    } else {
      throw InputError("export format " + format + ": expected dlc, sleap or nwb");
    }
  }
  return files;
}

}  // namespace eyelid::pipeline
