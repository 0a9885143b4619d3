// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/trace.hpp"
#include "eyelid/core/session.hpp"
#include "eyelid/files/run_folder.hpp"
#include "eyelid/pipeline/hidden_eye.hpp"
#include "eyelid/pipeline/point_spool.hpp"
#include "eyelid/pipeline/second_pass.hpp"
#include "eyelid/pipeline/still_eye.hpp"
#include "eyelid/tables/landmarks_csv.hpp"

namespace eyelid::pipeline {

/// For a caller that wants the rows of the tables besides the files; any may be absent.
struct RowObserver {
  /// Rows of frames.csv and blinks.csv, in order.
  std::function<void(const EyelidSample&)> on_sample;
  std::function<void(const Blink&)> on_blink;
  /// Rows of landmarks.csv, where there is one: always 12 or 68 points, not finite without an eye.
  /// A second look at the recording begins again with frame 0.
  std::function<void(std::int64_t frame, std::span<const Point>)> on_landmarks;
};

/// From the measurements of a recording to frames.csv, blinks.csv, and landmarks.csv of a run, for
/// recordings on disk and for running cameras.
///
/// Memory does not depend on the length. Errors: InputError of the files. Threads: one at a time.
class SessionResults {
 public:
  /// `eye`: measured alone. `landmark_points`: 12 or 68 for landmarks.csv, nothing without it.
  SessionResults(files::RunFolder& run,
                 closure::ClosureOptions options,
                 std::optional<Eye> eye,
                 std::optional<std::size_t> landmark_points,
                 RowObserver observer = {});

  /// Levels for analyze(), instead of those given or found here.
  void set_levels(const Calibration& calibration) { options_.calibration = calibration; }
  /// The next frame.
  void add(const FrameMeasurement& measurement);
  std::int64_t frames() const { return trace_.size(); }
  /// In which an eye was measured.
  std::int64_t measured_frames() const { return measured_frames_; }
  /// In which both were.
  std::int64_t measured_pairs() const { return measured_pairs_; }

  using Progress = std::function<void(std::int64_t frames_done)>;

  /// Closure and blinks of all frames; completes the tables. Fills `summary.closure` and adds its
  /// warnings, after those of the source. `conditions` are noted with levels found here.
  void analyze(SessionSummary& summary, const Calibration& conditions, const Progress& progress);

  /// After analyze(): what the pictures of a report are made from. `truth` may be null.
  SecondPassInputs findings(tables::TruthCsvReader* truth = nullptr);

  /// After analyze(): which frames the report shows (video::SourceOptions::is_wanted).
  std::function<bool(std::int64_t frame)> frames_of_report();

 private:
  void describe_closure(SessionSummary& summary, const Calibration& conditions) const;
  void write_landmarks(std::int64_t frame, std::span<const Point> points);

  files::RunFolder& run_;
  closure::ClosureOptions options_;
  std::optional<Eye> eye_;
  closure::TraceSpool trace_;
  PointSpool points_;
  std::unique_ptr<tables::LandmarksCsvWriter> landmarks_csv_;
  std::int64_t measured_frames_ = 0;
  std::int64_t measured_pairs_ = 0;
  BlinkSpool blinks_;
  HiddenEyeWatch eye_watch_;
  StillEyeWatch still_watch_;
  RowObserver observer_;
  std::vector<Point> unknown_points_;  // a row without an eye, for the observer
  ExampleFrames examples_;
};

}  // namespace eyelid::pipeline
