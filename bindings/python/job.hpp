// SPDX-License-Identifier: MIT
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace eyelid::python {

namespace nb = nanobind;

/// What a long job tells the thread that waits for it, and hears from it.
class JobState {
 public:
  struct Progress {
    const char* phase = "";
    std::int64_t done = 0;
    std::optional<std::int64_t> total;
  };
  /// By the job, after every frame. Throws files::Interrupted once it shall stop.
  void report(const char* phase, std::int64_t done, std::optional<std::int64_t> total);
  Progress progress() const;
  void stop() { is_stopped_ = true; }

 private:
  std::atomic<bool> is_stopped_{false};
  mutable std::mutex mutex_;
  Progress progress_;
};

/// Runs a job in a thread of its own while this one, which holds the interpreter's lock, waits
/// without it: other Python threads run on. Ctrl-C is looked for every 10 ms and ends the job at
/// its next report. `on_progress(phase, done, total)`, unless None, is called about every 100 ms,
/// here.
///
/// Rethrows what the job, a signal handler, or `on_progress` raises.
void run_job(const nb::object& on_progress, const std::function<void(JobState&)>& work);

/// Whether a job runs, in any thread.
bool is_job_running();

}  // namespace eyelid::python
