// SPDX-License-Identifier: MIT
#include "eyelid/live/live_session.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "eyelid/conditioning/trial_plan_json.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/live/camera_reader.hpp"
#include "eyelid/live/experiment.hpp"
#include "eyelid/live/measuring_thread.hpp"
#include "eyelid/live/recorder.hpp"
#include "eyelid/live/scribe.hpp"
#include "eyelid/live/session_folder.hpp"
#include "eyelid/live/session_view.hpp"
#include "eyelid/pipeline/recording_identity.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/reports/report_builder.hpp"
#include "eyelid/signals/signal.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "eyelid/tables/events_csv.hpp"
#include "eyelid/tables/session_json.hpp"
#include "eyelid/tables/trials_csv.hpp"

namespace eyelid::live {
namespace {

namespace fs = std::filesystem;

constexpr int kReaderPriority = 12;
constexpr double kDefaultRate = 500.0;  // of a camera that does not say
// Of memory for frames that wait, mostly for the recorder.
constexpr std::size_t kPool_bytes = std::size_t{512} << 20;
constexpr std::size_t kLeastFrames = 64;
constexpr auto kStep = std::chrono::milliseconds(50);
constexpr int kStepsPerPicture = 2;  // ten a second
constexpr double kStatus_s = 0.5;
// A camera that gives less than this share of its rate is not the one that was asked for.
constexpr double kLeastShareOfRate = 0.95;
constexpr double kRateKnown_s = 2.0;

films::VideoKind kind_of(RecordingFormat format) {
  return format == RecordingFormat::Raw ? films::VideoKind::kLiveRaw : films::VideoKind::kLiveGray;
}

/// One session from the camera to the last file.
class LiveSession {
 public:
  LiveSession(const LiveRequest& request, const LiveCallbacks& callbacks)
      : request_(request), callbacks_(callbacks) {}

  LiveResult run();

 private:
  void open_camera();
  void open_outputs();
  void open_experiment();
  void open_dashboard();
  void obey(dashboard::Command command, std::string note);
  void on_measured(MeasuredFrame frame);
  void write_experiment();
  void start_threads();
  ReaderEvents reader_events();
  void watch();
  void end_threads();
  void tell_status();
  void check_rate();
  void check_room();
  LiveSummary counts() const;
  void describe_source();
  void analyze();
  void write_report();
  void notice(const std::string& sentence);

  const LiveRequest& request_;
  const LiveCallbacks& callbacks_;
  pipeline::Setup setup_;
  closure::ClosureOptions closure_options_;
  camera::CameraInfo info_;
  double rate_ = 0.0;  // frames per second that the camera says it gives
  std::unique_ptr<camera::Camera> camera_;
  SessionSummary summary_;
  std::unique_ptr<SessionFolder> folder_;
  std::unique_ptr<pipeline::SessionResults> results_;
  std::unique_ptr<FramePool> pool_;
  std::unique_ptr<Scribe> scribe_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Experiment> experiment_;
  std::unique_ptr<SessionView> view_;
  std::unique_ptr<MeasuringThread> measuring_;
  std::unique_ptr<CameraReader> reader_;
  std::jthread reading_;
  std::atomic<bool> has_reader_ended_ = false;
  ReaderEnd reader_end_ = ReaderEnd::Stopped;
  std::string ended_;

  Stopwatch stopwatch_;
  double next_status_s_ = kStatus_s;
  bool is_rate_checked_ = false;

  std::atomic<std::int64_t> lost_ = 0, incomplete_ = 0, overrun_ = 0, measured_ = 0;
  std::atomic<std::int64_t> first_time_ns_ = -1, last_time_ns_ = 0;
  std::atomic<float> mean_fec_ = kNotAvailable;
  std::atomic<bool> is_stop_asked_ = false;  // on the dashboard
  std::mutex notices_mutex_;
  std::vector<std::string> notices_;
};

void LiveSession::notice(const std::string& sentence) {
  {
    const std::lock_guard lock(notices_mutex_);
    notices_.push_back(sentence);
  }
  callbacks_.on_notice(sentence);
  if (view_) view_->add_message(sentence);
}

void LiveSession::open_camera() {
  camera_ = camera::open_camera(request_.camera, request_.settings);
  info_ = camera_->info();
  for (const std::string& warning : info_.warnings) notice(warning);
  rate_ = info_.frames_per_second;
  if (rate_ <= 0.0) rate_ = request_.settings.frames_per_second.value_or(kDefaultRate);
  pipeline::resolve_detect_every(setup_, rate_);
}

void LiveSession::open_outputs() {
  folder_ = std::make_unique<SessionFolder>(request_.folder);
  for (const fs::path& output : request_.added_outputs) folder_->run().announce(output);
  summary_.run.id = files::unpredictable_letters() + files::unpredictable_letters();
  results_ = std::make_unique<pipeline::SessionResults>(
      folder_->run(), closure_options_, std::nullopt, std::nullopt);
  const auto frame_bytes =
      static_cast<std::size_t>(info_.width) * static_cast<std::size_t>(info_.height);
  const std::size_t frames =
      std::max(kLeastFrames, kPool_bytes / std::max<std::size_t>(1, frame_bytes));
  pool_ = std::make_unique<FramePool>(frames, info_.width, info_.height);
  if (request_.recording == RecordingFormat::None) return;
  recorder_ = std::make_unique<Recorder>(folder_->unfinished_recording(),
                                         kind_of(request_.recording),
                                         info_.width,
                                         info_.height,
                                         rate_,
                                         frames - kLeastFrames / 2,
                                         [this](const std::string& sentence) { notice(sentence); });
}

void LiveSession::open_experiment() {
  if (request_.plan_file.empty() && request_.outputs.empty() && !request_.dashboard) return;
  std::optional<conditioning::TrialPlan> plan;
  if (!request_.plan_file.empty()) {
    if (request_.calibration_file.empty()) {
      throw InputError(request_.plan_file.string() +
                       ": trials need levels that do not move, expected a calibration as well");
    }
    plan = conditioning::load_trial_plan(request_.plan_file);
  }
  std::vector<std::unique_ptr<signals::Signal>> outputs;
  if (!request_.outputs.empty()) outputs = signals::open_signals(request_.outputs);
  experiment_ =
      std::make_unique<Experiment>(std::move(plan),
                                   std::move(outputs),
                                   !request_.dashboard,
                                   [this](const std::string& sentence) { notice(sentence); });
}

void LiveSession::open_dashboard() {
  if (!request_.dashboard) return;
  view_ = std::make_unique<SessionView>(
      *request_.dashboard,
      [this](dashboard::Command command, std::string note) { obey(command, std::move(note)); });
  // For the user's eyes alone: the address has the token, and notices are kept in the files.
  callbacks_.on_notice("dashboard: " + view_->address());
}

void LiveSession::obey(dashboard::Command command, std::string note) {
  switch (command) {
    case dashboard::Command::Stop:
      is_stop_asked_.store(true);
      return;
    case dashboard::Command::Mark:
      experiment_->request({conditioning::OperatorCommand::Mark, std::move(note)});
      return;
    case dashboard::Command::Arm:
    case dashboard::Command::Disarm:
      if (!experiment_->has_plan()) {
        throw InputError("there is no plan of trials in this session");
      }
      experiment_->request({command == dashboard::Command::Arm
                                ? conditioning::OperatorCommand::Arm
                                : conditioning::OperatorCommand::Disarm,
                            ""});
      return;
  }
}

void LiveSession::on_measured(MeasuredFrame frame) {
  ++measured_;
  overrun_ += frame.is_overrun;
  mean_fec_.store(frame.fec.mean);
  if (experiment_) experiment_->on_frame(frame);
  if (view_) view_->add(frame);
  scribe_->add(std::move(frame));
}

ReaderEvents LiveSession::reader_events() {
  return {.on_frame =
              [this](CapturedFramePtr frame) {
                if (first_time_ns_.load() < 0) first_time_ns_.store(frame->time_ns);
                last_time_ns_.store(frame->time_ns);
                measuring_->add(frame);
                if (view_) view_->add_arrival(frame);
                if (recorder_) recorder_->add(std::move(frame));
              },
          .on_lost =
              [this](std::int64_t number, bool is_overrun) {
                ++(is_overrun ? overrun_ : lost_);
                scribe_->add_lost(number, is_overrun);
                if (view_) view_->add_loss();
              },
          .on_incomplete =
              [this](std::int64_t number) {
                ++incomplete_;
                scribe_->add_incomplete(number);
                if (view_) view_->add_loss();
              },
          .on_notice =
              [this](const std::string& sentence) {
                // The camera was gone: no trial goes on over the gap.
                if (experiment_) experiment_->request({conditioning::OperatorCommand::Disarm, ""});
                notice(sentence);
              }};
}

void LiveSession::start_threads() {
  scribe_ = std::make_unique<Scribe>(
      folder_->unfinished_table(),
      rate_,
      [this](const FrameMeasurement& measurement) { results_->add(measurement); },
      [this](const std::string& sentence) { notice(sentence); });
  MeasuringThread::Options options;
  options.tracker.points = setup_.tracker.points;
  options.tracker.detect_every = setup_.tracker.detect_every;
  options.tracker.frames_per_second = rate_;
  options.tracker.calibration = closure_options_.calibration;
  options.mean_of_frames = request_.mean_of_frames;
  options.width = info_.width;
  options.height = info_.height;
  measuring_ = std::make_unique<MeasuringThread>(
      setup_, options, [this](MeasuredFrame frame) { on_measured(std::move(frame)); });
  if (!measuring_->priority().starts_with("SCHED_FIFO")) {
    notice("measuring with the priority " + measuring_->priority() +
           ": frames may be late while other programs work; see docs/live.md");
  }
  static_cast<void>(::mlockall(MCL_CURRENT));  // where permitted
  reader_ = std::make_unique<CameraReader>(
      std::move(camera_),
      [this] { return camera::open_camera(request_.camera, request_.settings); },
      rate_,
      *pool_,
      reader_events());
  stopwatch_ = Stopwatch();
  reading_ = std::jthread([this] {
    ask_for_priority(kReaderPriority);
    try {
      reader_end_ = reader_->run();
    } catch (const Error& error) {
      notice(error.what());
      reader_end_ = ReaderEnd::CameraGone;
    }
    has_reader_ended_.store(true);
  });
}

LiveSummary LiveSession::counts() const {
  LiveSummary live;
  live.frames = reader_->frames();
  live.lost = lost_;
  live.incomplete = incomplete_;
  live.overrun = overrun_;
  live.recorded = recorder_ ? recorder_->recorded() : 0;
  live.latency = measuring_->latency().summary();
  const auto span_s =
      static_cast<double>(last_time_ns_ - std::max<std::int64_t>(0, first_time_ns_)) * 1e-9;
  if (live.frames > 1 && span_s > 0.0) {
    live.measured_frames_per_second = static_cast<double>(live.frames - 1) / span_s;
  }
  return live;
}

void LiveSession::tell_status() {
  if (stopwatch_.seconds() < next_status_s_) return;
  next_status_s_ += kStatus_s;
  callbacks_.on_status({stopwatch_.seconds(), counts(), mean_fec_.load()});
}

void LiveSession::check_rate() {
  if (is_rate_checked_ || stopwatch_.seconds() < kRateKnown_s) return;
  is_rate_checked_ = true;
  const LiveSummary now = counts();
  const double delivered = now.measured_frames_per_second *
                           (1.0 + static_cast<double>(now.lost + now.incomplete) /
                                      static_cast<double>(std::max<std::int64_t>(1, now.frames)));
  const double expected = request_.settings.frames_per_second.value_or(rate_);
  if (now.frames < 2 || delivered >= kLeastShareOfRate * expected) return;
  notice(
      fmt::format("the camera gives {:.1f} frames/s, expected {:.1f}: shorten the exposure or "
                  "the region, or ask for less",
                  delivered,
                  expected));
}

void LiveSession::check_room() {
  if (!recorder_) return;
  if (!folder_->has_room_for_more(scribe_->frames())) {
    recorder_->end_early("the disk is nearly full; its rest is kept for the tables");
  }
}

void LiveSession::watch() {
  int steps = 0;
  while (!has_reader_ended_.load()) {
    if (callbacks_.shall_end() || is_stop_asked_.load()) {
      ended_ = "stopped by the user";
      break;
    }
    if (experiment_ && experiment_->state().engine == conditioning::EngineState::Over) {
      ended_ = "every trial was done";
      break;
    }
    if (request_.seconds && stopwatch_.seconds() >= *request_.seconds) {
      ended_ = "after the time asked for";
      break;
    }
    if (!folder_->has_room_for_tables(scribe_->frames())) {
      ended_ = "the disk was nearly full";
      notice("the disk is nearly full: the session ends while there is room for its tables");
      break;
    }
    check_room();
    check_rate();
    tell_status();
    if (view_ && ++steps % kStepsPerPicture == 0) {
      view_->show(
          stopwatch_.seconds(), counts(), recorder_ ? recorder_->encoder() : "", *experiment_);
    }
    std::this_thread::sleep_for(kStep);
  }
}

void LiveSession::end_threads() {
  reader_->stop();
  reading_.join();
  if (ended_.empty()) {
    ended_ = reader_end_ == ReaderEnd::CameraEnded ? "the camera ended" : "the camera was gone";
  }
  measuring_->finish();
  if (experiment_) experiment_->finish();
  if (view_) view_->finish("the session has ended: " + ended_);
  if (recorder_) recorder_->finish();
  scribe_->finish();
  LiveSummary live = counts();
  live.lost = scribe_->counts().lost;  // without those that came incomplete after all
  live.incomplete = scribe_->counts().incomplete;
  live.overrun = scribe_->counts().overrun;
  live.camera = info_.name;
  live.ended = ended_;
  live.asked_frames_per_second = request_.settings.frames_per_second.value_or(0.0);
  if (const auto line = reader_->clock().line()) {
    live.clock_drift_ppm = line->drift_ppm;
    live.clock_residual_ms = line->residual_ms;
  }
  if (experiment_) live.output_latency = experiment_->output_latency().summary();
  live.priority = measuring_->priority();
  live.involuntary_switches = measuring_->involuntary_switches();
  live.major_faults = measuring_->major_faults();
  summary_.live = std::move(live);
  if (const std::string driver = reader_->driver_statistics(); !driver.empty()) {
    summary_.options.emplace_back("camera statistics", driver);
  }
}

void LiveSession::describe_source() {
  SourceInfo& source = summary_.source;
  source.path = request_.camera;
  source.kind = "camera";
  source.codec = recorder_ ? recorder_->encoder() : "";
  source.pixel_format = info_.pixel_format;
  source.width = info_.width;
  source.height = info_.height;
  source.frames_per_second = rate_;
  source.clock = "camera: " + info_.clock;
  source.frame_count = results_->frames();
  summary_.source_report.decoded_frames = results_->frames();
  summary_.source_report.missing_frames = summary_.live->lost + summary_.live->incomplete;
}

void LiveSession::analyze() {
  describe_source();
  results_->analyze(
      summary_, {}, [&](std::int64_t done) { callbacks_.on_analysis(done, results_->frames()); });
  summary_.warnings.insert(summary_.warnings.begin(), notices_.begin(), notices_.end());
  summary_.wall_s = stopwatch_.seconds();
  summary_.frames_per_second = summary_.live->measured_frames_per_second;
}

void LiveSession::write_report() {
  if (!request_.write_report) return;
  reports::ReportBuilder report(folder_->run().private_folder(), {.title = request_.title});
  const pipeline::SecondPassInputs findings = results_->findings();
  // Pictures need the frames: all of them.
  if (recorder_ && recorder_->recorded() == results_->frames() && results_->frames() > 0) {
    const auto source = video::open_source({folder_->unfinished_recording()},
                                           {.is_wanted = results_->frames_of_report()});
    pipeline::render_second_pass(*source, findings, {&report, nullptr}, [](std::int64_t) {});
  } else {
    pipeline::report_without_pictures(findings, report);
  }
  if (experiment_ && experiment_->has_plan()) report.set_trials(experiment_->trials());
  report.write(folder_->run().staged("report.html"), summary_);
}

void LiveSession::write_experiment() {
  if (!experiment_) return;
  tables::write_events_csv(folder_->run().staged("events.csv"), experiment_->events());
  if (experiment_->has_plan()) {
    tables::write_trials_csv(folder_->run().staged("trials.csv"), experiment_->trials());
  }
}

LiveResult LiveSession::run() {
  pipeline::SetupRequest setup_request = request_.setup;
  if (setup_request.device == pipeline::DeviceChoice::Auto) {
    setup_request.device = pipeline::DeviceChoice::Cpu;
  }
  if (setup_request.device != pipeline::DeviceChoice::Cpu) {
    throw InputError("a running camera is measured on the CPU, found another device asked for");
  }
  setup_request.threads = 1;
  setup_ = pipeline::make_setup(setup_request);
  if (!setup_.detector) {
    throw InputError("one eye close up cannot be measured live yet, expected a face in view");
  }
  if (!request_.calibration_file.empty()) {
    closure_options_.calibration = tables::load_calibration(request_.calibration_file);
  }
  summary_.models = setup_.identities;
  summary_.device = setup_.device;
  summary_.device_reason = setup_.device_reason;
  open_experiment();
  open_camera();
  open_outputs();
  open_dashboard();
  summary_.options = setup_.options;
  start_threads();
  watch();
  end_threads();
  if (results_->frames() == 0) {
    throw InputError(request_.camera + ": gave no complete frame, expected pictures; " + ended_);
  }
  analyze();
  write_experiment();
  write_report();
  folder_->finish(recorder_ != nullptr, summary_.run.recording);
  summary_.run.recording.frames = summary_.live->recorded;
  summary_.run.sha256 = folder_->run().hashes();
  tables::write_session_json(folder_->run().staged("session.json"), summary_);
  return {std::move(summary_), folder_->take_run()};
}

}  // namespace

LiveResult run_live_session(const LiveRequest& request, const LiveCallbacks& callbacks) {
  return LiveSession(request, callbacks).run();
}

}  // namespace eyelid::live
