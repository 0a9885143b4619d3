// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/calibration.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/video/frame_source.hpp"
#include "eyelid/video/pictures_in_memory.hpp"

namespace eyelid::pipeline {

/// The whole job of `eyelid track`.
struct TrackRequest {
  std::vector<std::filesystem::path> inputs;
  std::shared_ptr<const video::PicturesInMemory> pictures;  // instead of `inputs`
  std::filesystem::path folder;                             // for the results; created when absent
  SetupRequest setup;
  video::SourceOptions source;
  std::filesystem::path timestamps_file;  // a time per frame; empty: none

  std::filesystem::path calibration_file;       // levels to use; empty: from the recording
  std::filesystem::path save_calibration_file;  // for the levels found; empty: not saved
  Calibration conditions;  // saved with the levels, as far as given; its own levels are unused

  std::optional<Eye> eye;  // measured alone; both without it
  /// Whether to look for an edge of the picture that cuts the face, where none was given and an eye
  /// is missing in a quarter of the frames; the recording is then read again.
  bool find_cut_edge = true;

  bool save_landmarks = false;
  bool write_overlay = false;
  bool write_report = true;
  std::filesystem::path trials_file;  // marks CS and US in the report; empty: none
  std::filesystem::path truth_file;   // compared with in the report; empty: none
  std::string title;                  // of the report; empty: the input's name

  /// What the caller will add to the run; checked before the work.
  std::vector<std::filesystem::path> added_outputs;
  RowObserver observer;
};

struct TrackedSession {
  SessionSummary summary;
  std::unique_ptr<files::RunFolder> run;  // all written, not yet committed
};

/// Every file that `track` or `score` may leave in the folder of a session; session.json last.
/// What the next run of `track` does not write is of another recording, and goes.
std::vector<std::string> files_of_session();

/// Which part of the work is under way, for progress displays.
enum class TrackPhase { Tracking, Analysis, Pictures };

using TrackProgress =
    std::function<void(TrackPhase phase, std::int64_t done, std::optional<std::int64_t> total)>;

/// Tracks `request.inputs` and writes frames.csv, blinks.csv, session.json, report.html (and what
/// else was requested). They appear in `request.folder` when the caller commits the run.
///
/// Memory does not depend on the length of the recording. Throws InputError or DeviceError.
TrackedSession track_session(const TrackRequest& request, const TrackProgress& progress);

}  // namespace eyelid::pipeline
