// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/recording_folder.hpp"

#include <utility>

#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/track_session.hpp"
#include "eyelid/tables/session_json.hpp"

namespace eyelid::pipeline {
namespace {

/// Of frames.csv without session.json.
void count(const EyelidSample& sample, ClosureSummary& closure) {
  ++closure.frames;
  closure.valid_frames += sample.is_valid;
  closure.interpolated_frames += sample.is_interpolated;
  closure.duration_s = sample.time_s;
}

bool has_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

void read_blinks(const std::filesystem::path& folder,
                 const std::optional<SessionSummary>& session,
                 const RowObserver& observer) {
  if (!has_file(folder / "blinks.csv")) return;
  check_same_run(folder, "blinks.csv", session);
  for (const Blink& blink : tables::read_blinks_csv(folder / "blinks.csv")) {
    if (observer.on_blink) observer.on_blink(blink);
  }
}

std::optional<std::size_t> read_landmarks(const std::filesystem::path& folder,
                                          const std::optional<SessionSummary>& session,
                                          const RowObserver& observer) {
  if (!has_file(folder / "landmarks.csv")) return std::nullopt;
  check_same_run(folder, "landmarks.csv", session);
  tables::LandmarksCsvReader table(folder / "landmarks.csv");
  for (tables::LandmarksRow row; table.next(row);) {
    row.points.resize(table.point_count(), {kNotAvailable, kNotAvailable});
    if (observer.on_landmarks) observer.on_landmarks(row.frame, row.points);
  }
  return table.point_count();
}

}  // namespace

SessionSummary with_whole_paths(SessionSummary summary, const std::filesystem::path& folder) {
  for (std::string& path : summary.run.recording.paths) {
    path = std::filesystem::absolute(folder / path).lexically_normal().generic_string();
  }
  return summary;
}

ReadRecording read_recording(const std::filesystem::path& folder, const RowObserver& observer) {
  const std::optional<SessionSummary> session = session_in(folder);
  if (session) check_same_run(folder, "frames.csv", session);
  ReadRecording recording;
  ClosureSummary counted;
  tables::FramesCsvReader frames(folder / "frames.csv");
  for (EyelidSample sample; frames.next(sample);) {
    count(sample, counted);
    if (observer.on_sample) observer.on_sample(sample);
  }
  read_blinks(folder, session, observer);
  recording.landmark_points = read_landmarks(folder, session, observer);
  recording.summary.closure = std::move(counted);
  if (session) recording.summary = with_whole_paths(*session, folder);
  return recording;
}

RecordingWriter::RecordingWriter(const std::filesystem::path& folder,
                                 SessionSummary summary,
                                 std::optional<std::size_t> landmark_points)
    : summary_(std::move(summary)),
      run_(folder, files_of_session()),
      frames_(std::make_unique<tables::FramesCsvWriter>(run_.staged("frames.csv"))),
      blinks_(std::make_unique<tables::BlinksCsvWriter>(run_.staged("blinks.csv"))) {
  check_labels(folder, summary_.run.recording);
  if (!landmark_points) return;
  landmarks_ =
      std::make_unique<tables::LandmarksCsvWriter>(run_.staged("landmarks.csv"), *landmark_points);
}

RecordingWriter::~RecordingWriter() = default;

void RecordingWriter::commit() {
  frames_->commit();
  blinks_->commit();
  if (landmarks_) landmarks_->commit();
  for (std::string& path : summary_.run.recording.paths) {
    path = std::filesystem::proximate(path, run_.path()).generic_string();
  }
  summary_.run.sha256 = run_.hashes();
  tables::write_session_json(run_.staged("session.json"), summary_);
  run_.commit();
}

}  // namespace eyelid::pipeline
