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

#include "eyelid/core/error.hpp"
#include "eyelid/core/stopwatch.hpp"
#include "eyelid/files/atomic_file.hpp"
#include "eyelid/files/output_check.hpp"
#include "eyelid/live/camera_reader.hpp"
#include "eyelid/live/experiment.hpp"
#include "eyelid/live/experiment_setup.hpp"
#include "eyelid/live/frame_counts.hpp"
#include "eyelid/live/measuring_thread.hpp"
#include "eyelid/live/recorder.hpp"
#include "eyelid/live/rig_calibration.hpp"
#include "eyelid/live/scribe.hpp"
#include "eyelid/live/session_ending.hpp"
#include "eyelid/live/session_folder.hpp"
#include "eyelid/live/session_view.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/tables/calibration_file.hpp"

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
  void open_dashboard();
  void obey(dashboard::Command command, std::string note);
  void on_measured(const MeasuredFrame& frame);
  void start_threads();
  ReaderEvents reader_events();
  void watch();
  void end_threads();
  void tell_status();
  void check_rate();
  void check_room();
  void calibrate();
  LiveSummary counts() const;
  void describe_source();
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
  std::unique_ptr<RigCalibration> calibration_;
  std::unique_ptr<SessionView> view_;
  std::unique_ptr<MeasuringThread> measuring_;
  std::unique_ptr<CameraReader> reader_;
  std::jthread reading_;
  std::atomic<bool> has_reader_ended_ = false;
  ReaderEnd reader_end_ = ReaderEnd::Stopped;
  std::string ended_;

  std::string told_instruction_;

  Stopwatch stopwatch_;
  double next_status_s_ = kStatus_s;
  bool is_rate_checked_ = false;

  FrameCounts counts_;
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
  check_lamp(request_, info_);
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
      if (command == dashboard::Command::Arm && experiment_->is_held()) {
        throw InputError("the calibration is not over yet, expected trials after it");
      }
      experiment_->request({command == dashboard::Command::Arm
                                ? conditioning::OperatorCommand::Arm
                                : conditioning::OperatorCommand::Disarm,
                            ""});
      return;
  }
}

void LiveSession::on_measured(const MeasuredFrame& frame) {
  counts_.add(frame);
  if (experiment_) experiment_->on_frame(frame);
  if (calibration_) {
    if (const auto cue = calibration_->on_frame(frame)) experiment_->present(*cue);
  }
  if (view_) view_->add(frame);
  scribe_->add(frame);
}

ReaderEvents LiveSession::reader_events() {
  return {.on_frame =
              [this](CapturedFramePtr frame) {
                counts_.add(*frame);
                measuring_->add(frame);
                if (view_) view_->add_arrival(frame);
                if (recorder_) recorder_->add(std::move(frame));
              },
          .on_lost =
              [this](std::int64_t number, bool is_overrun) {
                counts_.add_lost(is_overrun);
                scribe_->add_lost(number, is_overrun);
                if (view_) view_->add_loss();
              },
          .on_incomplete =
              [this](std::int64_t number) {
                counts_.add_incomplete();
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
  options.tracker.cut_edge = setup_.tracker.cut_edge;
  options.tracker.frames_per_second = rate_;
  options.tracker.calibration = closure_options_.calibration;
  options.mean_of_frames = request_.mean_of_frames;
  options.width = info_.width;
  options.height = info_.height;
  options.lamp = request_.lamp;
  measuring_ = std::make_unique<MeasuringThread>(
      setup_, options, [this](const MeasuredFrame& frame) { on_measured(frame); });
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
  counts_.write(live);
  live.recorded = recorder_ ? recorder_->recorded() : 0;
  live.latency = measuring_->latency().summary();
  return live;
}

void LiveSession::tell_status() {
  if (stopwatch_.seconds() < next_status_s_) return;
  next_status_s_ += kStatus_s;
  callbacks_.on_status({stopwatch_.seconds(), counts(), counts_.mean_fec()});
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

/// Says what is asked of the person, and finds the levels afterwards.
void LiveSession::calibrate() {
  if (!calibration_) return;
  const std::string instruction = calibration_->instruction();
  if (instruction != told_instruction_ && !instruction.empty()) {
    // A prompt, not a fact about the session: it stays out of the files.
    callbacks_.on_notice("calibration: " + instruction);
  }
  told_instruction_ = instruction;
  if (!calibration_->is_waiting()) return;
  CalibrationOutcome outcome = calibration_->find_levels();
  notice(outcome.sentence);
  if (outcome.is_repeated) return;
  if (!outcome.levels) {
    if (experiment_->has_plan()) ended_ = "the calibration found no levels";
    return;
  }
  // From the file, so that `--calibration` with it gives the same bytes.
  const fs::path file = folder_->run().staged("calibration.json");
  files::write_file(file, tables::calibration_text(*outcome.levels));
  closure_options_.calibration = tables::load_calibration(file);
  measuring_->set_levels(*closure_options_.calibration);
  experiment_->hold(false);
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
    // A recording that is whole lets these frames be measured anew; one that ends is lost.
    if (recorder_) measuring_->set_hurried(recorder_->is_behind());
    check_rate();
    calibrate();
    if (!ended_.empty()) break;
    tell_status();
    if (view_ && ++steps % kStepsPerPicture == 0) {
      view_->show(stopwatch_.seconds(),
                  counts(),
                  recorder_ ? recorder_->encoder() : "",
                  calibration_ ? calibration_->instruction() : "",
                  *experiment_);
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
  if (experiment_) live.loop = experiment_->loop();
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
}

LiveResult LiveSession::run() {
  pipeline::SetupRequest setup_request = pipeline::for_one_subject(request_.setup);
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
  experiment_ =
      make_experiment(request_, [this](const std::string& sentence) { notice(sentence); });
  open_camera();
  open_outputs();
  calibration_ =
      make_calibration(request_, experiment_.get(), info_, folder_->run().scratch_folder());
  open_dashboard();
  summary_.options = setup_.options;
  start_threads();
  watch();
  end_threads();
  if (results_->frames() == 0) {
    throw InputError(request_.camera + ": gave no complete frame, expected pictures; " + ended_);
  }
  describe_source();
  EndedSession ended{request_,
                     callbacks_,
                     *folder_,
                     closure_options_,
                     std::move(results_),
                     experiment_.get(),
                     recorder_ != nullptr,
                     setup_.tracker.detect_every,
                     counts_.unmeasured(),
                     [this](const std::string& sentence) { notice(sentence); },
                     notices_,
                     [this] { return stopwatch_.seconds(); }};
  write_files(ended, summary_);
  return {std::move(summary_), folder_->take_run()};
}

}  // namespace

LiveResult run_live_session(const LiveRequest& request, const LiveCallbacks& callbacks) {
  return LiveSession(request, callbacks).run();
}

}  // namespace eyelid::live
