// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/track_session.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/evaluation/closure_comparison.hpp"
#include "eyelid/files/folder.hpp"
#include "eyelid/pipeline/point_spool.hpp"
#include "eyelid/pipeline/second_pass.hpp"
#include "eyelid/tables/blinks_csv.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "eyelid/tables/landmarks_csv.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/time_stamps.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"

namespace eyelid::pipeline {
namespace {

// dlib's own threshold (0.5 here) loses faces in dim webcam pictures, whose confidence falls to
// -0.22; 0.35 is a confidence of -0.31. In a recording a false face costs little: the subject is
// chosen over all frames.
constexpr float kHogScoreOfRecordings = 0.35f;

SetupRequest for_recordings(SetupRequest request) {
  if (request.detector == DetectorKind::Hog && !request.score_threshold) {
    request.score_threshold = kHogScoreOfRecordings;
  }
  return request;
}

/// Removes a new output folder when the job fails before it has written anything to it.
class FolderGuard {
 public:
  explicit FolderGuard(const std::filesystem::path& folder)
      : folder_(folder), existed_(std::filesystem::exists(folder)) {
    files::create_folder(folder);
  }
  ~FolderGuard() {
    std::error_code ignored;
    // remove() refuses a folder that holds anything.
    if (!existed_) std::filesystem::remove(folder_, ignored);
  }
  FolderGuard(const FolderGuard&) = delete;
  FolderGuard& operator=(const FolderGuard&) = delete;

 private:
  std::filesystem::path folder_;
  bool existed_;
};

/// One job from decoding to the last file.
class TrackJob {
 public:
  TrackJob(const TrackRequest& request, const TrackProgress& progress)
      : request_(request), progress_(progress), source_options_(request.source) {}

  SessionSummary run();

 private:
  void track();
  void analyze();
  void render_second_pass();
  std::unique_ptr<films::VideoWriter> open_overlay() const;
  void add_comparison(reports::ReportBuilder& report);
  void write_landmark_row(const FrameMeasurement& measurement);
  void describe_closure();

  const TrackRequest& request_;
  const TrackProgress& progress_;
  video::SourceOptions source_options_;
  Setup setup_;
  SessionSummary summary_;
  std::unique_ptr<closure::TraceSpool> trace_;
  std::unique_ptr<PointSpool> points_;
  std::unique_ptr<tables::LandmarksCsvWriter> landmarks_csv_;
  std::unique_ptr<tables::FramesCsvWriter> frames_csv_;
  std::unique_ptr<tables::BlinksCsvWriter> blinks_csv_;
  std::vector<Blink> blinks_;
  closure::ClosureOptions closure_options_;
  ExampleFrames examples_;
  std::vector<Trial> trials_;
};

void TrackJob::write_landmark_row(const FrameMeasurement& measurement) {
  if (!measurement.is_trustworthy) {
    landmarks_csv_->write(measurement.frame, std::span<const Point>{});
  } else if (measurement.face_points) {
    landmarks_csv_->write(measurement.frame, *measurement.face_points);
  } else {
    landmarks_csv_->write(measurement.frame, *measurement.eyes);
  }
}

void TrackJob::track() {
  const std::unique_ptr<video::FrameSource> source =
      video::open_source(request_.inputs, source_options_);
  summary_.source = source->info();
  // The second pass need not find them again.
  if (summary_.source.used_bits) {
    source_options_.bits = static_cast<int>(*summary_.source.used_bits);
  }
  if (request_.save_landmarks) {
    landmarks_csv_ = std::make_unique<tables::LandmarksCsvWriter>(
        request_.folder / "landmarks.csv",
        static_cast<std::size_t>(number_of(request_.setup.landmarks)));
  }

  resolve_detect_every(setup_, summary_.source.frames_per_second);
  summary_.options = setup_.options;
  const auto on_measurement = [&](const FrameMeasurement& measurement) {
    trace_->append(closure::closure_input(measurement));
    points_->append(measurement.is_trustworthy ? measurement.eyes : std::nullopt);
    if (landmarks_csv_) write_landmark_row(measurement);
    progress_(TrackPhase::Tracking, trace_->size(), summary_.source.frame_count);
  };
  const std::unique_ptr<FrameTracker> tracker = make_tracker(setup_);
  tracker->run(*source, on_measurement);
  summary_.stages = tracker->stage_times();
  summary_.source_report = source->report();
}

void TrackJob::analyze() {
  frames_csv_ = std::make_unique<tables::FramesCsvWriter>(request_.folder / "frames.csv");
  blinks_csv_ = std::make_unique<tables::BlinksCsvWriter>(request_.folder / "blinks.csv");
  summary_.closure = closure::analyze_closure(
      *trace_,
      closure_options_,
      [&](const EyelidSample& sample) {
        frames_csv_->write(sample);
        examples_.consider(sample);
        progress_(TrackPhase::Analysis, sample.frame + 1, trace_->size());
      },
      [&](const Blink& blink) {
        blinks_csv_->write(blink);
        blinks_.push_back(blink);
      });
  describe_closure();
}

void TrackJob::describe_closure() {
  const ClosureSummary& closure = summary_.closure;
  if (closure.calibration.open_source != LevelSource::File) {
    Calibration& calibration = summary_.closure.calibration;
    calibration.subject = request_.conditions.subject;
    calibration.glasses = request_.conditions.glasses;
    calibration.camera = request_.conditions.camera;
    calibration.distance = request_.conditions.distance;
    calibration.recording = summary_.source.path;
  }
  summary_.warnings = summary_.source_report.warnings;
  std::ranges::copy(closure.warnings, std::back_inserter(summary_.warnings));
  for (const Eye eye : kEyes) {
    const std::string& reason = closure.no_fec_reason[eye];
    if (!reason.empty()) {
      summary_.warnings.push_back(std::string(name_of(eye)) + " eye: " + reason);
    }
  }
}

void TrackJob::add_comparison(reports::ReportBuilder& report) {
  const evaluation::ClosureComparison c =
      evaluation::compare_closure_files(request_.truth_file, request_.folder / "frames.csv");
  const auto value = [](const std::optional<double>& figure) {
    return figure ? static_cast<float>(*figure) : kNotAvailable;
  };
  report.set_comparison({request_.truth_file.filename().string(),
                         c.frames,
                         value(c.rmse),
                         value(c.mae),
                         value(c.correlation),
                         value(c.blink_precision),
                         value(c.blink_recall),
                         value(c.blink_f1),
                         value(c.onset_error_ms_median)});
}

std::unique_ptr<films::VideoWriter> TrackJob::open_overlay() const {
  if (!request_.write_overlay) return nullptr;
  if (summary_.source.width == 0) {
    throw InputError(summary_.source.path +
                     ": pictures of different sizes; expected one size for an overlay");
  }
  films::VideoWriterOptions options;
  options.kind = films::VideoKind::kOverlay;
  options.timing = films::FrameTiming::kVariable;
  options.width = summary_.source.width;
  options.height = summary_.source.height;
  options.frames_per_second =
      summary_.source.frames_per_second > 0.0 ? summary_.source.frames_per_second : 25.0;
  return std::make_unique<films::VideoWriter>(request_.folder / "overlay.mp4", options);
}

void TrackJob::render_second_pass() {
  if (!request_.write_report && !request_.write_overlay) return;
  const std::unique_ptr<video::FrameSource> source =
      video::open_source(request_.inputs, source_options_);
  std::optional<tables::TruthCsvReader> truth;
  if (!request_.truth_file.empty()) truth.emplace(request_.truth_file);
  reports::ReportBuilder report({.title = request_.title});
  const SecondPassInputs findings{
      *trace_, closure_options_, *points_, blinks_, examples_, truth ? &*truth : nullptr};
  const std::unique_ptr<films::VideoWriter> overlay = open_overlay();
  pipeline::render_second_pass(
      *source,
      findings,
      {request_.write_report ? &report : nullptr, overlay.get()},
      [&](std::int64_t done) { progress_(TrackPhase::Pictures, done, trace_->size()); });
  if (overlay) overlay->finish();
  if (!request_.write_report) return;
  if (!request_.trials_file.empty()) report.set_trials(trials_);
  if (!request_.truth_file.empty()) add_comparison(report);
  report.write(request_.folder / "report.html", summary_);
}

SessionSummary TrackJob::run() {
  // Everything the user provides is read before the long work starts.
  setup_ = make_setup(for_recordings(request_.setup));
  if (!request_.timestamps_file.empty()) {
    tables::TimeStamps stamps = tables::read_time_stamps(request_.timestamps_file);
    source_options_.stamps = {std::move(stamps.time_s), std::move(stamps.source)};
  }
  if (!request_.calibration_file.empty()) {
    closure_options_.calibration = tables::load_calibration(request_.calibration_file);
  }
  if (!request_.trials_file.empty()) trials_ = tables::read_trials_csv(request_.trials_file);
  if (!request_.truth_file.empty()) tables::TruthCsvReader(request_.truth_file);

  const FolderGuard folder(request_.folder);
  const Stopwatch stopwatch;
  summary_.models = setup_.identities;
  summary_.device = setup_.device;
  summary_.device_reason = setup_.device_reason;
  trace_ = std::make_unique<closure::TraceSpool>(request_.folder);
  points_ = std::make_unique<PointSpool>(request_.folder);

  track();
  analyze();
  summary_.wall_s = stopwatch.seconds();
  summary_.frames_per_second = static_cast<double>(summary_.closure.frames) / summary_.wall_s;

  if (landmarks_csv_) landmarks_csv_->commit();
  blinks_csv_->commit();
  frames_csv_->commit();
  if (!request_.save_calibration_file.empty()) {
    tables::save_calibration(request_.save_calibration_file, summary_.closure.calibration);
  }
  render_second_pass();
  tables::write_session_json(request_.folder / "session.json", summary_);
  return summary_;
}

}  // namespace

SessionSummary track_session(const TrackRequest& request, const TrackProgress& progress) {
  return TrackJob(request, progress).run();
}

}  // namespace eyelid::pipeline
