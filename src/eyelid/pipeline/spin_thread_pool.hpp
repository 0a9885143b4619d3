// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace eyelid::pipeline {

/// Threads that wait for work by looking, so that a batch of a few hundred microseconds is spread
/// without waiting for the operating system. After a millisecond without work they sleep.
///
/// Threads: run() from one thread at a time, which takes part as worker 0.
class SpinThreadPool {
 public:
  /// `threads` >= 1, the caller included.
  explicit SpinThreadPool(int threads);
  ~SpinThreadPool();
  SpinThreadPool(const SpinThreadPool&) = delete;
  SpinThreadPool& operator=(const SpinThreadPool&) = delete;

  int threads() const { return static_cast<int>(others_.size()) + 1; }

  /// Calls `work(worker, item)` once for every item 0 .. count - 1, whoever is free taking the
  /// next, and returns when all are done. `work` must not throw. Allocates nothing.
  void run(std::size_t count, const std::function<void(int worker, std::size_t item)>& work);

 private:
  void end();
  void serve(int worker);
  void take_items(int worker);

  std::vector<std::jthread> others_;
  // Its own cache lines: what everybody watches and what everybody writes.
  alignas(64) std::atomic<std::size_t> round_{0};  // rises when there is work
  alignas(64) std::atomic<std::size_t> next_{0};
  alignas(64) std::atomic<std::size_t> idle_{0};  // others that have finished the round
  alignas(64) std::atomic<bool> is_over_{false};
  std::size_t count_ = 0;
  const std::function<void(int, std::size_t)>* work_ = nullptr;
};

}  // namespace eyelid::pipeline
