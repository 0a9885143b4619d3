// SPDX-License-Identifier: MIT
#include "job.hpp"

#include <nanobind/stl/optional.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <thread>

#include "eyelid/files/interruption.hpp"

namespace eyelid::python {
namespace {

constexpr std::chrono::milliseconds kBetweenSignals{10};
constexpr int kSignalsPerProgress = 10;

std::atomic<int> running_jobs = 0;

struct RunningJob {
  RunningJob() { ++running_jobs; }
  ~RunningJob() { --running_jobs; }
};

/// Lets the user's handlers of signals run, and tells of the progress.
void attend(const JobState& state, const nb::object& on_progress, bool shows_progress) {
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  if (!shows_progress || on_progress.is_none()) return;
  const JobState::Progress progress = state.progress();
  on_progress(progress.phase, progress.done, progress.total);
}

}  // namespace

void JobState::report(const char* phase, std::int64_t done, std::optional<std::int64_t> total) {
  if (is_stopped_) throw files::Interrupted("stopped before the work was done");
  const std::lock_guard lock(mutex_);
  progress_ = {phase, done, total};
}

JobState::Progress JobState::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

bool is_job_running() { return running_jobs > 0; }

void run_job(const nb::object& on_progress, const std::function<void(JobState&)>& work) {
  const RunningJob running;
  JobState state;
  std::mutex mutex;
  std::condition_variable ended;
  bool is_done = false;
  std::exception_ptr error_of_job, error_of_python;
  std::thread thread([&] {
    try {
      work(state);
    } catch (...) {
      error_of_job = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    is_done = true;
    ended.notify_all();
  });
  const auto has_ended = [&] {
    const nb::gil_scoped_release unlocked;
    std::unique_lock lock(mutex);
    return ended.wait_for(lock, kBetweenSignals, [&] { return is_done; });
  };
  for (int round = 1; !has_ended(); ++round) {
    if (error_of_python) continue;
    try {
      attend(state, on_progress, round % kSignalsPerProgress == 0);
    } catch (...) {
      error_of_python = std::current_exception();
      state.stop();
    }
  }
  thread.join();
  if (error_of_python) std::rethrow_exception(error_of_python);
  if (error_of_job) std::rethrow_exception(error_of_job);
  if (!on_progress.is_none()) attend(state, on_progress, true);
}

}  // namespace eyelid::python
