// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/track_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/evaluation/closure_comparison.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/pipeline/close_up_tracker.hpp"
#include "eyelid/pipeline/cut_face.hpp"
#include "eyelid/pipeline/one_size_source.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/pipeline/run_check.hpp"
#include "eyelid/pipeline/score_files.hpp"
#include "eyelid/pipeline/second_pass.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/pipeline/trials_of_session.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/time_stamps.hpp"
#include "eyelid/tables/trials_csv.hpp"
#include "eyelid/tables/truth_csv.hpp"
#include "eyelid/video/clips.hpp"

namespace eyelid::pipeline {
namespace {

/// What is read besides the recording, and must not be overwritten either.
std::vector<std::filesystem::path> inputs_of(const TrackRequest& request,
                                             const std::vector<std::filesystem::path>& recording) {
  std::vector<std::filesystem::path> inputs;
  if (!request.pictures) inputs = files_of_recording(recording);
  for (const std::filesystem::path& file :
       {request.calibration_file, request.trials_file, request.truth_file}) {
    if (!file.empty()) inputs.push_back(file);
  }
  return inputs;
}

/// One job from decoding to the last file.
class TrackJob {
 public:
  TrackJob(const TrackRequest& request, const TrackProgress& progress)
      : request_(request), progress_(progress), source_options_(request.source) {}

  TrackedSession run();

 private:
  void open_folder();
  RecordingIdentity identity() const;
  void track();
  void track_faces(video::FrameSource& source);
  std::optional<frames::SideEdge> cut_edge_of(const PictureSample& sample) const;
  void track_half_face(frames::SideEdge edge);
  void warn_of_few_faces();
  void track_close_up(const CloseUpEye& eye);
  void measure(FrameTracker& tracker, video::FrameSource& source);
  void count_in_clip(std::int32_t clip);
  void render_second_pass();
  std::unique_ptr<video::FrameSource> open_source(PictureSample* sample = nullptr);
  std::unique_ptr<films::VideoWriter> open_overlay() const;
  std::vector<Trial> trials_for_report();
  void add_comparison(reports::ReportBuilder& report);
  void record_run();

  const TrackRequest& request_;
  const TrackProgress& progress_;
  std::vector<std::filesystem::path> inputs_;  // folders of films as their films
  video::SourceOptions source_options_;
  Setup setup_;
  SessionSummary summary_;
  std::unique_ptr<files::RunFolder> run_;  // before what writes to it
  int width_ = 0;                          // of the first picture
  int height_ = 0;
  std::optional<Eye> eye_;  // measured alone
  closure::ClosureOptions closure_options_;
  std::unique_ptr<SessionResults> results_;
};

RecordingIdentity TrackJob::identity() const {
  return request_.pictures ? video::identity_of(*request_.pictures) : identity_of(inputs_);
}

void TrackJob::open_folder() {
  if (!request_.pictures) inputs_ = video::joined(video::clips_of(request_.inputs));
  run_ = std::make_unique<files::RunFolder>(
      request_.folder, files_of_session(), inputs_of(request_, inputs_));
  for (const std::filesystem::path& output : request_.added_outputs) run_->announce(output);
  if (!request_.save_calibration_file.empty()) run_->announce(request_.save_calibration_file);

  summary_.run.id = files::unpredictable_letters() + files::unpredictable_letters();
  RecordingIdentity& recording = summary_.run.recording;
  recording = identity();
  check_labels(request_.folder, recording);
  for (const std::filesystem::path& input : inputs_) {
    recording.paths.push_back(std::filesystem::proximate(input, request_.folder).generic_string());
  }
}

std::unique_ptr<video::FrameSource> TrackJob::open_source(PictureSample* sample) {
  std::unique_ptr<video::FrameSource> source =
      request_.pictures ? video::open_pictures(*request_.pictures, source_options_)
                        : video::open_source(inputs_, source_options_);
  if (sample != nullptr) source = std::make_unique<SampledSource>(std::move(source), *sample);
  if (!request_.write_overlay) return source;
  return std::make_unique<OneSizeSource>(std::move(source));
}

void TrackJob::track() {
  eye_ = request_.eye;
  if (request_.setup.eye_box) {
    return track_close_up({eye_.value_or(Eye::Right), *request_.setup.eye_box, false});
  }
  PictureSample sample;
  const bool is_sampled = !setup_.gpu && !request_.setup.face_box;
  const std::unique_ptr<video::FrameSource> source = open_source(is_sampled ? &sample : nullptr);
  resolve_detect_every(setup_, source->info().frames_per_second);
  track_faces(*source);
  if (request_.setup.face_box) return;
  if (const auto edge = cut_edge_of(sample)) return track_half_face(*edge);
  // False faces may be found in an eye that fills the picture; true ones are there in most frames.
  if (4 * results_->measured_frames() > results_->frames()) return;
  const std::optional<CloseUpEye> found =
      setup_.gpu ? std::nullopt : find_close_up(sample, setup_.models, request_.eye);
  if (found) return track_close_up(*found);
  warn_of_few_faces();
}

void TrackJob::warn_of_few_faces() {
  const bool has_face = 20 * results_->measured_frames() > results_->frames();
  summary_.warnings.push_back(fmt::format(
      "the eyes of a face were measured in {} of {} frames{}",
      results_->measured_frames(),
      results_->frames(),
      has_face
          ? std::string("; if the face is partly outside the picture, or turned away, give the "
                        "edge that cuts it with --cut-edge, or its place with --face-box "
                        "X,Y,WIDTH,HEIGHT, also beyond the border")
          : fmt::format(", and no eye was found close up with certainty{}; if the film shows one, "
                        "give its place with --eye-box X,Y,WIDTH,HEIGHT",
                        setup_.gpu ? " (only the CPU looks for one)" : "")));
}

void TrackJob::track_faces(video::FrameSource& source) {
  summary_.options = setup_.options;
  if (eye_) summary_.options.emplace_back("eye", name_of(*eye_));
  measure(*make_tracker(setup_), source);
}

/// Nothing where both eyes are measured in more than three quarters of the frames, or none is to be
/// looked for.
std::optional<frames::SideEdge> TrackJob::cut_edge_of(const PictureSample& sample) const {
  if (!request_.find_cut_edge || setup_.tracker.cut_edge || sample.pictures().empty()) return {};
  const std::int64_t frames = results_->frames();
  if (4 * (frames - results_->measured_pairs()) < frames) return {};
  return find_cut_edge(sample, *setup_.detector, setup_.models);
}

void TrackJob::track_half_face(frames::SideEdge edge) {
  setup_.tracker.cut_edge = edge;
  setup_.options.emplace_back("cut edge", name_of(edge));
  setup_.options.emplace_back("cut edge source", "found");
  track_faces(*open_source());
}

void TrackJob::track_close_up(const CloseUpEye& eye) {
  const std::unique_ptr<video::FrameSource> source = open_source();
  eye_ = eye.eye;
  summary_.options = setup_.options;
  summary_.options.emplace_back("eye", name_of(eye.eye));
  const Rect& box = eye.box;
  summary_.options.emplace_back("eye box",
                                fmt::format("{},{},{},{}", box.x, box.y, box.width, box.height));
  summary_.options.emplace_back("eye box source", eye.is_found ? "found" : "given");
  CloseUpTracker tracker(setup_.models, eye, setup_.tracker.points);
  measure(tracker, *source);
  if (!eye.is_side_sure) {
    summary_.warnings.push_back(
        "the eye was taken for a right one because its shape does not tell which it is; if it is a "
        "left one, use --eye left");
  }
}

void TrackJob::measure(FrameTracker& tracker, video::FrameSource& source) {
  // A second look at the recording begins anew.
  results_.reset();
  const auto points = static_cast<std::size_t>(number_of(request_.setup.landmarks));
  results_ = std::make_unique<SessionResults>(
      *run_,
      closure_options_,
      eye_,
      request_.save_landmarks ? std::optional(points) : std::nullopt,
      request_.observer);
  for (ClipIdentity& clip : summary_.run.recording.clips) clip.frames = 0;
  summary_.source = source.info();
  // Who reads it again need not find them again.
  if (summary_.source.used_bits) {
    source_options_.bits = static_cast<int>(*summary_.source.used_bits);
  }
  const auto on_measurement = [&](const FrameMeasurement& measurement) {
    results_->add(measurement);
    count_in_clip(measurement.clip);
    progress_(TrackPhase::Tracking, results_->frames(), summary_.source.frame_count);
  };
  tracker.run(source, on_measurement);
  summary_.stages = tracker.stage_times();
  summary_.source_report = source.report();
  summary_.run.recording.frames = results_->frames();
  if (const auto* film = dynamic_cast<const OneSizeSource*>(&source)) {
    width_ = film->width();
    height_ = film->height();
  }
}

void TrackJob::count_in_clip(std::int32_t clip) {
  std::vector<ClipIdentity>& clips = summary_.run.recording.clips;
  if (!clips.empty()) ++clips.at(static_cast<std::size_t>(clip) - 1).frames;
}

std::vector<Trial> TrackJob::trials_for_report() {
  std::vector<Trial> trials;
  try {
    for (const TrialRow& row :
         trials_of_session(request_.trials_file, run_->staged("frames.csv"))) {
      trials.push_back(row.trial);
    }
  } catch (const InputError& error) {  // too late to waste the tracking
    summary_.warnings.push_back(std::string("trials are not shown: ") + error.what());
  }
  return trials;
}

void TrackJob::add_comparison(reports::ReportBuilder& report) {
  const evaluation::ClosureComparison c =
      evaluation::compare_closure_files(request_.truth_file, run_->staged("frames.csv"));
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
  films::VideoWriterOptions options;
  options.kind = films::VideoKind::kOverlay;
  options.timing = films::FrameTiming::kVariable;
  options.width = width_;
  options.height = height_;
  options.frames_per_second =
      summary_.source.frames_per_second > 0.0 ? summary_.source.frames_per_second : 25.0;
  return std::make_unique<films::VideoWriter>(run_->staged("overlay.mp4"), options);
}

void TrackJob::render_second_pass() {
  if (!request_.write_report && !request_.write_overlay) return;
  if (summary_.source_report.frames_stand_alone && !request_.write_overlay) {
    source_options_.is_wanted = results_->frames_of_report();
  }
  const std::unique_ptr<video::FrameSource> source = open_source();
  std::optional<tables::TruthCsvReader> truth;
  if (!request_.truth_file.empty()) truth.emplace(request_.truth_file);
  reports::ReportBuilder report(run_->scratch_folder(), {.title = request_.title});
  const SecondPassInputs findings = results_->findings(truth ? &*truth : nullptr);
  const std::unique_ptr<films::VideoWriter> overlay = open_overlay();
  pipeline::render_second_pass(
      *source,
      findings,
      {request_.write_report ? &report : nullptr, overlay.get()},
      [&](std::int64_t done) { progress_(TrackPhase::Pictures, done, results_->frames()); });
  if (overlay) overlay->finish();
  if (!request_.write_report) return;
  if (!request_.trials_file.empty()) report.set_trials(trials_for_report());
  if (!request_.truth_file.empty()) add_comparison(report);
  report.write(run_->staged("report.html"), summary_);
}

void TrackJob::record_run() {
  const RecordingIdentity& before = summary_.run.recording;
  const RecordingIdentity after = identity();
  if (!is_same_recording(after, before)) {
    throw InputError(summary_.source.path +
                     ": changed while it was tracked, expected a finished recording");
  }
  summary_.run.sha256 = run_->hashes();
  tables::write_session_json(run_->staged("session.json"), summary_);
}

TrackedSession TrackJob::run() {
  // Everything the user provides is read before the long work starts.
  setup_ = make_setup(for_one_subject(request_.setup));
  if (!request_.timestamps_file.empty()) {
    tables::TimeStamps stamps = tables::read_time_stamps(request_.timestamps_file);
    source_options_.stamps = {std::move(stamps.time_s), std::move(stamps.source)};
  }
  if (!request_.calibration_file.empty()) {
    closure_options_.calibration = tables::load_calibration(request_.calibration_file);
  }
  if (!request_.trials_file.empty()) tables::read_trial_table(request_.trials_file);
  if (!request_.truth_file.empty()) tables::TruthCsvReader(request_.truth_file);

  open_folder();
  const Stopwatch stopwatch;
  summary_.models = setup_.identities;
  summary_.device = setup_.device;
  summary_.device_reason = setup_.device_reason;
  track();
  results_->analyze(summary_, request_.conditions, [&](std::int64_t done) {
    progress_(TrackPhase::Analysis, done, results_->frames());
  });
  summary_.wall_s = stopwatch.seconds();
  summary_.frames_per_second = static_cast<double>(summary_.closure.frames) / summary_.wall_s;

  if (!request_.save_calibration_file.empty()) {
    run_->add(request_.save_calibration_file,
              tables::calibration_text(summary_.closure.calibration));
  }
  render_second_pass();
  record_run();
  return {std::move(summary_), std::move(run_)};
}

}  // namespace

std::vector<std::string> files_of_session() {
  std::vector<std::string> names = {
      "frames.csv", "blinks.csv", "landmarks.csv", "overlay.mp4", "report.html"};
  std::ranges::copy(files_of_scoring(), std::back_inserter(names));
  names.emplace_back("session.json");
  return names;
}

TrackedSession track_session(const TrackRequest& request, const TrackProgress& progress) {
  return TrackJob(request, progress).run();
}

}  // namespace eyelid::pipeline
