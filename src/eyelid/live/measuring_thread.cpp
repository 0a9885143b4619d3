// SPDX-License-Identifier: MIT
#include "eyelid/live/measuring_thread.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <latch>
#include <utility>

#include "eyelid/core/monotonic_clock.hpp"
#include "eyelid/live/lamp_watch.hpp"
#include "eyelid/tables/timestamps_csv.hpp"

namespace eyelid::live {
namespace {

constexpr int kMeasuringPriority = 10;
constexpr int kWarmFrames = 64;

}  // namespace

std::string ask_for_priority(int priority) {
  sched_param wanted{};
  wanted.sched_priority = priority;
  if (::sched_setscheduler(0, SCHED_FIFO, &wanted) == 0) return "SCHED_FIFO";
  return std::string("normal (SCHED_FIFO: ") + std::strerror(errno) + ")";
}

MeasuringThread::MeasuringThread(const pipeline::Setup& setup,
                                 const Options& options,
                                 OnFrame on_frame)
    : on_frame_(std::move(on_frame)),
      filter_(options.mean_of_frames),
      lamp_(options.lamp),
      hurry_ns_(std::min(
          kMostBehind_ns,
          static_cast<std::int64_t>(kHurryPeriods * 1e9 / options.tracker.frames_per_second))),
      tracker_(*setup.detector, setup.models, options.tracker, [this](const auto& result) {
        MeasuredFrame frame;
        frame.number = now_->number;
        frame.measurement = result.measured;
        frame.time_ns = now_->time_ns;
        frame.arrival_ns = now_->arrival_ns;
        frame.is_overrun = effort_ == Effort::None;
        frame.is_hurried = result.is_hurried;
        if (lamp_) frame.lamp_gray = mean_gray(now_->image, *lamp_);
        frame.fec = filter_.next(result.fec);
        frame.fec_at_ns = monotonic_ns();
        if (!frame.is_overrun) latency_.add(frame.fec_at_ns - frame.arrival_ns);
        on_frame_(frame);
      }) {
  std::latch is_ready(1);
  thread_ = std::jthread([&, this] {
    priority_ = ask_for_priority(kMeasuringPriority);
    warm(setup, options);
    is_ready.count_down();
    run();
  });
  is_ready.wait();
}

MeasuringThread::~MeasuringThread() { waiting_.close(); }

/// Another tracker: the session's own counts from frame 0.
void MeasuringThread::warm(const pipeline::Setup& setup, const Options& options) {
  pipeline::LiveTracker tracker(*setup.detector, setup.models, options.tracker, [](const auto&) {});
  GrayImage gray(options.width, options.height);
  for (int y = 0; y < options.height; ++y) {
    std::memset(gray.row(y), 128, static_cast<std::size_t>(options.width));
  }
  for (std::int64_t i = 0; i < kWarmFrames; ++i) tracker.process(0, i, gray);
}

void MeasuringThread::run() {
  constexpr auto kWait = std::chrono::milliseconds(100);
  rusage before{}, after{};
  ::getrusage(RUSAGE_THREAD, &before);
  while (!waiting_.is_drained()) {
    const std::optional<CapturedFramePtr> frame = waiting_.take(kWait);
    if (!frame) continue;
    const std::int64_t behind_ns = monotonic_ns() - (*frame)->arrival_ns;
    if (behind_ns <= kMostBehind_ns) {
      const bool is_hurried = behind_ns > hurry_ns_ || is_hurried_.load();
      measure(*frame, is_hurried ? Effort::Hurried : Effort::Full);
      continue;
    }
    std::deque<CapturedFramePtr> behind = waiting_.take_all();
    behind.push_front(*frame);
    for (const CapturedFramePtr& each : behind) {
      measure(each, each == behind.back() ? Effort::Full : Effort::None);
    }
  }
  ::getrusage(RUSAGE_THREAD, &after);
  involuntary_switches_ = after.ru_nivcsw - before.ru_nivcsw;
  major_faults_ = after.ru_majflt - before.ru_majflt;
}

void MeasuringThread::measure(const CapturedFramePtr& frame, Effort effort) {
  now_ = frame;
  effort_ = effort;
  tracker_.process(0,
                   frame->index,
                   effort == Effort::None ? FrameView{} : frame->image.view(),
                   tables::seconds_of(frame->time_ns),
                   effort == Effort::Hurried);
  now_.reset();
}

void MeasuringThread::finish() {
  waiting_.close();
  thread_.join();
}

}  // namespace eyelid::live
