// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "eyelid/camera/camera.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/dashboard/dashboard.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/setup.hpp"

namespace eyelid::live {

enum class RecordingFormat { None, Ffvhuff, Raw };

/// The whole job of `eyelid live`.
struct LiveRequest {
  std::string camera;  // as camera::open_camera
  camera::CameraSettings settings;
  std::filesystem::path folder;            // new or without files of a session
  pipeline::SetupRequest setup;            // on the CPU
  std::optional<double> seconds;           // else until the camera ends or the user stops it
  std::filesystem::path calibration_file;  // levels; empty: causal ones (closure::CausalClosure)
  bool calibrates = false;                 // first, with the person; then without calibration_file
  std::optional<int> puffs;                // of that calibration; else 3 where the plan has a US
  Calibration conditions;                  // noted with its levels
  RecordingFormat recording = RecordingFormat::Ffvhuff;
  std::filesystem::path plan_file;  // trials to run; needs levels. Empty: none
  std::string outputs;              // as signals::open_signals; empty: none
  /// Where the picture shows a lamp that an output switches on: the whole loop is measured.
  std::optional<camera::Region> lamp;
  std::optional<dashboard::Options> dashboard;
  int mean_of_frames = 1;  // of the live closure: a moving average, (n - 1) / 2 frames late
  bool write_report = true;
  std::string title;
  /// What the caller will add to the run; checked before the work.
  std::vector<std::filesystem::path> added_outputs;
};

/// How a session goes on; told about twice a second.
struct LiveStatus {
  double seconds = 0.0;
  LiveSummary counts;  // so far; latencies of the whole session
  float mean_fec = kNotAvailable;
};

struct LiveCallbacks {
  std::function<void(const LiveStatus&)> on_status;
  std::function<void(const std::string&)> on_notice;  // a sentence for the user; any thread
  /// Done and total frames of the analysis at the end.
  std::function<void(std::int64_t done, std::int64_t total)> on_analysis;
  /// Whether the user has asked to end the session. Asked twenty times a second.
  std::function<bool()> shall_end;
};

struct LiveResult {
  SessionSummary summary;
  std::unique_ptr<files::RunFolder> run;  // all written, not yet committed
};

/// Measures a running camera, and leaves the files of `track` and timestamps.csv, recording.mkv
/// (live.md in docs/); with a plan or outputs, events.csv and trials.csv as well.
///
/// Trials are armed at once, or, with a dashboard, by its user. A session whose plan is over ends.
///
/// `calibrates`: the person is guided through rest, blinks, and puffs (CalibrationGuide) by notices
/// and on the dashboard; the levels found are in calibration.json and hold from then on, and for
/// all frames of the tables. Trials wait for them; a session with a plan ends without.
///
/// Four threads, none of which waits for a slower one: the camera's frames are taken as they come
/// (CameraReader), measured (MeasuringThread, which detects no face while it is behind, and skips
/// frames when it is far behind), recorded (Recorder) and written down (Scribe). Where it is
/// permitted, the first two run with real-time priority. While a session runs, its recording and
/// its table have the names recording.unfinished.mkv and timestamps.unfinished.csv; they stay if
/// the program is killed.
///
/// Throws InputError: camera, folder, models; and what the tables meet. What was measured until
/// then is in the unfinished table.
LiveResult run_live_session(const LiveRequest& request, const LiveCallbacks& callbacks);

}  // namespace eyelid::live
