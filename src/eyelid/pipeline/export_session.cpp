// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/export_session.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdio>
#include <ctime>

#include "eyelid/core/error.hpp"
#include "eyelid/exports/session_export.hpp"
#include "eyelid/pipeline/recording_path.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/tables/frames_csv.hpp"
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

void take_ears(const ScoredSession& session, exports::SessionExport& data) {
  tables::FramesCsvReader reader(session.request.folder / "frames.csv");
  const conditioning::SessionTrace& trace = session.trace;
  data.frame = trace.frame();
  data.time_s = trace.time_s();
  data.confidence.assign(trace.size(), 0.0f);
  std::size_t i = 0;
  for (EyelidSample sample; reader.next(sample); ++i) {
    for (const ScoredEye eye : kScoredEyes) {
      data.fec.push_back(static_cast<float>(trace.fec(eye)[i]));
    }
    data.ear.push_back(sample.ear.right);
    data.ear.push_back(sample.ear.left);
    if (std::isfinite(sample.face_score)) data.confidence[i] = sample.face_score;
  }
}

void take_points(const std::filesystem::path& path, exports::SessionExport& data) {
  tables::LandmarksCsvReader reader(path);
  data.nodes = exports::node_names(reader.point_count());
  data.points.assign(2 * data.nodes.size() * data.frame.size(), kNotAvailable);
  tables::LandmarksRow row;
  bool has_row = reader.next(row);
  for (std::size_t i = 0; i < data.frame.size(); ++i) {
    while (has_row && row.frame < data.frame[i]) has_row = reader.next(row);
    if (!has_row || row.frame != data.frame[i] || row.points.empty()) {
      data.confidence[i] = 0.0f;
      continue;
    }
    for (std::size_t node = 0; node < data.nodes.size(); ++node) {
      data.points[2 * (i * data.nodes.size() + node)] = row.points[node].x;
      data.points[2 * (i * data.nodes.size() + node) + 1] = row.points[node].y;
    }
  }
}

void take_recording(const ScoredSession& session,
                    const std::string& start_time,
                    exports::SessionExport& data,
                    std::vector<std::string>& warnings) {
  const std::filesystem::path& folder = session.request.folder;
  std::filesystem::path dated = folder / "frames.csv";
  data.file_time = modification_time(dated);
  try {
    const std::filesystem::path recording = recording_of(session).front();
    if (session.summary->source.kind == "video") {
      std::error_code error;
      data.video = std::filesystem::relative(recording, folder, error).generic_string();
      data.video_size = {session.summary->source.width, session.summary->source.height};
    }
    dated = recording;
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
  data.identifier =
      data.video + " " + data.start_time + " " + session.request.folder.filename().string();
  if (session.summary) {
    for (const ModelIdentity& model : session.summary->models) {
      if (model.role.starts_with("landmarks")) data.scorer = "eyelid_" + model.name;
    }
  }
  for (char& c : data.scorer) {
    if (c == ',' || c == '"' || c == ' ') c = '_';
  }
  take_ears(session, data);
  const std::filesystem::path landmarks = session.request.folder / "landmarks.csv";
  std::error_code error;
  if (std::filesystem::exists(landmarks, error)) {
    check_same_run(session.request.folder, "landmarks.csv", session.summary);
    take_points(landmarks, data);
  }
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
