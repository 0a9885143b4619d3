// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/spin_thread_pool.hpp"

#include <chrono>

#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

/// Returns when `value` is no longer `old`.
void wait_for_change(const std::atomic<std::size_t>& value, std::size_t old) {
  constexpr int kLooksPerReading = 64;
  const Clock::time_point patience = Clock::now() + std::chrono::milliseconds(1);
  while (value.load(std::memory_order_acquire) == old) {
    for (int i = 0; i < kLooksPerReading; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      relax();
    }
    if (Clock::now() > patience) value.wait(old, std::memory_order_acquire);
  }
}

}  // namespace

SpinThreadPool::SpinThreadPool(int threads) {
  EYELID_EXPECTS(threads >= 1);
  try {
    for (int worker = 1; worker < threads; ++worker) {
      others_.emplace_back([this, worker] { serve(worker); });
    }
  } catch (...) {
    end();  // those that started wait for a round
    throw;
  }
}

SpinThreadPool::~SpinThreadPool() { end(); }

void SpinThreadPool::end() {
  is_over_.store(true);
  round_.fetch_add(1);
  round_.notify_all();
  others_.clear();
}

void SpinThreadPool::take_items(int worker) {
  while (true) {
    const std::size_t item = next_.fetch_add(1, std::memory_order_relaxed);
    if (item >= count_) return;
    (*work_)(worker, item);
  }
}

void SpinThreadPool::serve(int worker) {
  std::size_t round = 0;
  while (true) {
    wait_for_change(round_, round);
    ++round;
    if (is_over_.load()) return;
    take_items(worker);
    idle_.fetch_add(1, std::memory_order_release);
  }
}

void SpinThreadPool::run(std::size_t count, const std::function<void(int, std::size_t)>& work) {
  count_ = count;
  work_ = &work;
  next_.store(0, std::memory_order_relaxed);
  idle_.store(0, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  take_items(0);
  // Everyone has left the round before the next begins: `work` may go.
  for (int looks = 0; idle_.load(std::memory_order_acquire) < others_.size(); ++looks) {
    // A worker that lost its processor needs one: give ours away after a while.
    if (looks < 4096) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace eyelid::pipeline
