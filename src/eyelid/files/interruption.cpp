// SPDX-License-Identifier: MIT
#include "eyelid/files/interruption.hpp"

#include <atomic>
#include <csignal>
#include <string>

namespace eyelid::files {
namespace {

std::atomic<int> interrupting_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);  // it is set by a handler of signals

const char* name_of_signal(int signal) {
  if (signal == SIGINT) return "SIGINT";
  if (signal == SIGTERM) return "SIGTERM";
  return "SIGHUP";
}

}  // namespace

void interrupt(int signal) noexcept { interrupting_signal.store(signal); }

bool take_interruption() noexcept { return interrupting_signal.exchange(0) != 0; }

void throw_if_interrupted() {
  const int signal = interrupting_signal.load(std::memory_order_relaxed);
  if (signal == 0) return;
  throw Interrupted(std::string("stopped by ") + name_of_signal(signal) +
                    " before the work was done");
}

}  // namespace eyelid::files
