// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/startable_threads.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "eyelid/compute/machine.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::pipeline {
namespace {

constexpr int kMaxPerProcessor = 4;

/// How many of `wanted` more threads exist at once.
int count_started(int wanted) {
  std::atomic_flag may_end = ATOMIC_FLAG_INIT;
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(wanted));
  try {
    while (std::ssize(threads) < wanted) threads.emplace_back([&] { may_end.wait(false); });
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  may_end.test_and_set();
  may_end.notify_all();
  return static_cast<int>(threads.size());
}

}  // namespace

int startable_threads(int wanted) {
  EYELID_EXPECTS(wanted >= 1);
  const int others = std::min(wanted, kMaxPerProcessor * compute::hardware_threads()) - 1;
  const int started = count_started(others);
  return 1 + (started < others ? started / 2 : started);
}

}  // namespace eyelid::pipeline
