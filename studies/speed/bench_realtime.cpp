// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <CLI/App.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "apps/command_line/json_output.hpp"
#include "apps/command_line/options.hpp"
#include "apps/command_line/value_names.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/pipeline/live_tracker.hpp"
#include "eyelid/platform/processors.hpp"
#include "eyelid/tables/calibration_file.hpp"
#include "studies/speed/bench_tables.hpp"

namespace eyelid::speed {
namespace {

using Clock = std::chrono::steady_clock;

/// What the operating system did to the workers.
struct Disturbances {
  long involuntary_switches = 0;
  long voluntary_switches = 0;
  long minor_faults = 0;
  long major_faults = 0;
};

Disturbances of_this_thread() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {usage.ru_nivcsw, usage.ru_nvcsw, usage.ru_minflt, usage.ru_majflt};
}

/// A camera that fills a ring of `queue` frames whether or not anyone takes them. Frame i arrives
/// at start + i / fps and is overwritten when `queue` later ones have arrived.
class Camera {
 public:
  Camera(double fps, std::int64_t frames, int queue)
      : period_ns_(1e9 / fps), frames_(frames), queue_(queue) {}

  void start() { start_ = Clock::now() + std::chrono::milliseconds(5); }
  Clock::time_point arrival(std::int64_t frame) const {
    const auto after = static_cast<std::int64_t>(period_ns_ * static_cast<double>(frame));
    return start_ + std::chrono::nanoseconds(after);
  }
  /// The next frame nobody has; nothing after the last.
  std::optional<std::int64_t> claim() {
    const std::int64_t frame = next_.fetch_add(1, std::memory_order_relaxed);
    return frame < frames_ ? std::optional(frame) : std::nullopt;
  }
  bool is_overwritten(std::int64_t frame, Clock::time_point now) const {
    return now > arrival(frame + queue_);
  }

 private:
  double period_ns_;
  std::int64_t frames_;
  std::int64_t queue_;
  Clock::time_point start_;
  std::atomic<std::int64_t> next_{0};
};

struct RealtimeCommand {
  BenchRequest request;
  double fps = 500.0;
  double seconds = 60.0;
  std::optional<double> deadline_ms;  // else until the next frame arrives
  int queue = 64;
  bool sleeps = false;
  bool asks_for_priority = false;
  std::filesystem::path calibration_file;

  void run();

 private:
  void work(int worker, Camera& camera, pipeline::LiveTracker& tracker);
  void wait_until(Clock::time_point time) const;
  void prepare_thread(int worker);
  void report(const BenchSession& session, const pipeline::Setup& setup);

  const std::vector<GrayImage>* frames_ = nullptr;
  std::vector<double> latency_ms_;  // of the frames that were not lost
  std::int64_t lost_ = 0, valid_ = 0, with_fec_ = 0;
  Disturbances disturbances_;
  std::mutex mutex_;
  bool has_priority_ = false;
  int threads_ = 1;
};

void RealtimeCommand::wait_until(Clock::time_point time) const {
  // Waking up takes tens of microseconds, less with priority; the rest of the time is polled.
  const auto polled = std::chrono::microseconds(asks_for_priority ? 50 : 200);
  if (sleeps && time - Clock::now() > polled) std::this_thread::sleep_until(time - polled);
  while (Clock::now() < time) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

void RealtimeCommand::prepare_thread(int worker) {
  platform::keep_on_processor(worker);
  if (!asks_for_priority) return;
  sched_param priority{};
  priority.sched_priority = 10;
  const bool is_granted = sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
  const std::lock_guard lock(mutex_);
  has_priority_ = has_priority_ || is_granted;
}

void RealtimeCommand::work(int worker, Camera& camera, pipeline::LiveTracker& tracker) {
  const Disturbances before = of_this_thread();
  const std::vector<GrayImage>& frames = *frames_;
  while (const auto frame = camera.claim()) {
    wait_until(camera.arrival(*frame));
    const bool is_lost = camera.is_overwritten(*frame, Clock::now());
    const auto index = static_cast<std::size_t>(*frame) % frames.size();
    tracker.process(worker, *frame, is_lost ? FrameView{} : frames[index].view());
  }
  const Disturbances after = of_this_thread();
  const std::lock_guard lock(mutex_);
  disturbances_.involuntary_switches += after.involuntary_switches - before.involuntary_switches;
  disturbances_.voluntary_switches += after.voluntary_switches - before.voluntary_switches;
  disturbances_.minor_faults += after.minor_faults - before.minor_faults;
  disturbances_.major_faults += after.major_faults - before.major_faults;
}

void RealtimeCommand::run() {
  threads_ = request.threads.back();
  request.setup.threads = threads_;
  const pipeline::Setup setup = pipeline::make_setup(request.setup);
  const BenchSession session(request);
  frames_ = &session.frames();
  const auto total = static_cast<std::int64_t>(std::llround(fps * seconds));
  latency_ms_.assign(static_cast<std::size_t>(total), 0.0);  // touched: no page fault later
  latency_ms_.clear();
  Camera camera(fps, total, queue);
  pipeline::LiveOptions options;
  options.points = setup.tracker.points;
  options.detect_every = setup.tracker.detect_every;
  options.workers = threads_;
  options.frames_per_second = fps;
  if (!calibration_file.empty()) options.calibration = tables::load_calibration(calibration_file);

  pipeline::LiveTracker tracker(
      *setup.detector, setup.models, options, [&](const pipeline::LiveFrame& frame) {
        lost_ += frame.is_lost;
        valid_ += frame.measured.is_trustworthy();
        with_fec_ += std::isfinite(frame.fec.mean);
        if (frame.is_lost) return;
        const auto latency = Clock::now() - camera.arrival(frame.measured.frame);
        latency_ms_.push_back(std::chrono::duration<double, std::milli>(latency).count());
      });
  {
    // Warm code, weights and work memory, with another tracker: this one counts from frame 0.
    pipeline::LiveTracker warm(*setup.detector, setup.models, options, [](const auto&) {});
    for (std::int64_t i = 0; i < 64; ++i) {
      warm.process(0, i, session.frames()[static_cast<std::size_t>(i) % session.frames().size()]);
    }
  }
  static_cast<void>(mlockall(MCL_CURRENT));  // where permitted
  camera.start();
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads_; ++worker) {
      workers.emplace_back([&, worker] {
        prepare_thread(worker);
        work(worker, camera, tracker);
      });
    }
  }
  report(session, setup);
}

void RealtimeCommand::report(const BenchSession& session, const pipeline::Setup& setup) {
  const auto percentile = [&](double share) {
    return latency_ms_.empty() ? kAbsent : nearest_rank(latency_ms_, share);
  };
  const double limit_ms = deadline_ms.value_or(1e3 / fps);
  const std::int64_t late =
      std::ranges::count_if(latency_ms_, [&](double ms) { return ms > limit_ms; });
  const std::int64_t frames = static_cast<std::int64_t>(latency_ms_.size()) + lost_;
  session.print_head(setup);
  fmt::print("{} frames at {} frames/s, {} pinned thread{}, {}, detection every {} frame{}\n",
             frames,
             fps,
             threads_,
             threads_ == 1 ? "" : "s",
             name_of(precision_of(request.setup)),
             setup.tracker.detect_every,
             setup.tracker.detect_every == 1 ? "" : "s");
  fmt::print("calibration    {}\n",
             calibration_file.empty()
                 ? "causal: open level from the frames so far, closed level 0.2 times it"
                 : "fixed: " + calibration_file.string());
  fmt::print("lost           {} (camera ring of {} frames)\n", lost_, queue);
  fmt::print("latency        p50 {:.3f}  p95 {:.3f}  p99 {:.3f}  max {:.3f} ms, arrival to FEC\n",
             percentile(0.50),
             percentile(0.95),
             percentile(0.99),
             percentile(1.0));
  fmt::print("deadline       {:.3f} ms, missed {} times\n", limit_ms, late);
  fmt::print("face found     {} frames, FEC in {}\n", valid_, with_fec_);
  fmt::print(
      "system         {} involuntary and {} voluntary context switches, {} minor and {} "
      "major page faults of the workers{}\n",
      disturbances_.involuntary_switches,
      disturbances_.voluntary_switches,
      disturbances_.minor_faults,
      disturbances_.major_faults,
      !asks_for_priority ? ""
      : has_priority_    ? ", SCHED_FIFO"
                         : ", SCHED_FIFO refused");
  if (request.outputs.json.empty()) return;
  nlohmann::ordered_json object = app::json_head("bench realtime");
  object["fps"] = fps;
  object["seconds"] = seconds;
  object["threads"] = threads_;
  object["precision"] = name_of(precision_of(request.setup));
  object["detect_every"] = setup.tracker.detect_every;
  object["queue"] = queue;
  object["frames"] = frames;
  object["lost"] = lost_;
  object["deadline_ms"] = limit_ms;
  object["deadline_misses"] = late;
  object["latency_ms_p50"] = app::json_number(percentile(0.50));
  object["latency_ms_p95"] = app::json_number(percentile(0.95));
  object["latency_ms_p99"] = app::json_number(percentile(0.99));
  object["latency_ms_max"] = app::json_number(percentile(1.0));
  object["valid_frames"] = valid_;
  object["frames_with_fec"] = with_fec_;
  object["involuntary_context_switches"] = disturbances_.involuntary_switches;
  object["voluntary_context_switches"] = disturbances_.voluntary_switches;
  object["minor_page_faults"] = disturbances_.minor_faults;
  object["major_page_faults"] = disturbances_.major_faults;
  object["real_time_priority"] = has_priority_;
  object["sleeps_between_frames"] = sleeps;
  app::write_json(request.outputs.json, object);
}

}  // namespace

void add_bench_realtime(CLI::App& bench) {
  auto command = std::make_shared<RealtimeCommand>();
  CLI::App* app = bench.add_subcommand(
      "realtime",
      "Measure frames that arrive at a fixed rate, as from a camera: latency from arrival to "
      "closure, lost frames. Closure is causal; see --calibration");
  add_run_options(*app, command->request);
  app->add_option("--fps", command->fps, "Frame rate in frames per second")
      ->check(CLI::Range(1.0, 1e5))
      ->capture_default_str();
  app->add_option("--seconds", command->seconds, "Duration of the run in seconds")
      ->check(CLI::Range(0.1, 1e5))
      ->capture_default_str();
  app->add_option("--queue", command->queue, "Frames the camera buffers before the oldest is lost")
      ->check(CLI::Range(1, 512))
      ->capture_default_str();
  app->add_option("--deadline-ms",
                  command->deadline_ms,
                  "Latency above which the deadline is missed (default: the frame interval)")
      ->check(CLI::PositiveNumber);
  app->add_option(
         "--calibration",
         command->calibration_file,
         "Levels from `eyelid track --save-calibration` (default: open level estimated from the "
         "frames so far, closed level 0.2 times it)")
      ->type_name(app::kPath);
  app->add_flag("--sleep", command->sleeps, "Sleep between frames instead of polling the clock");
  app->add_flag("--priority",
                command->asks_for_priority,
                "Request real-time priority (SCHED_FIFO); implies --sleep");
  app->callback([command] {
    // Linux stops real-time threads that never sleep for 50 ms of every second.
    command->sleeps = command->sleeps || command->asks_for_priority;
    command->run();
  });
}

}  // namespace eyelid::speed
