// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "eyelid/core/session.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/tables/blinks_csv.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/landmarks_csv.hpp"

namespace eyelid::pipeline {

/// `summary` of a run in `folder`, with the paths of its recording as they are from anywhere.
SessionSummary with_whole_paths(SessionSummary summary, const std::filesystem::path& folder);

/// What `track` left in a folder, besides its rows.
struct ReadRecording {
  SessionSummary summary;  // with_whole_paths(); of a table without session.json: counts only
  std::optional<std::size_t> landmark_points;  // in a row of landmarks.csv; nothing without it
};

/// Reads such a folder; its rows go to `observer`. Throws InputError: no frames.csv, a table that
/// cannot be read, or that is not of the run in session.json.
ReadRecording read_recording(const std::filesystem::path& folder, const RowObserver& observer);

/// Writes a recording that a caller holds as `track` leaves it: frames.csv, blinks.csv,
/// landmarks.csv if there are points, session.json. Rows in any order of kinds, each in its own
/// order; the same values give the same bytes. Everything appears on commit().
///
/// Errors: as files::RunFolder. Threads: one at a time.
class RecordingWriter {
 public:
  /// `summary`: with_whole_paths(). `landmark_points`: 12 or 68.
  RecordingWriter(const std::filesystem::path& folder,
                  SessionSummary summary,
                  std::optional<std::size_t> landmark_points);
  ~RecordingWriter();

  void write(const EyelidSample& sample) { frames_->write(sample); }
  void write(const Blink& blink) { blinks_->write(blink); }
  void write(std::int64_t frame, std::span<const Point> points) {
    landmarks_->write(frame, points);
  }
  /// Call once, last.
  void commit();

 private:
  SessionSummary summary_;
  files::RunFolder run_;
  std::unique_ptr<tables::FramesCsvWriter> frames_;
  std::unique_ptr<tables::BlinksCsvWriter> blinks_;
  std::unique_ptr<tables::LandmarksCsvWriter> landmarks_;  // none without points
};

}  // namespace eyelid::pipeline
