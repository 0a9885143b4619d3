// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>
#include <sys/resource.h>

#include <thread>
#include <utility>

namespace eyelid::dashboard {

/// A thread that gives way to those that measure: normal priority, whoever starts it, with a lower
/// share of the processor (nice 5). Threads that it starts inherit both.
template <class Work>
std::thread background_thread(Work work) {
  return std::thread([work = std::move(work)]() mutable {
    const sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_OTHER, &none);
    setpriority(PRIO_PROCESS, 0, 5);  // on Linux: of this thread
    work();
  });
}

}  // namespace eyelid::dashboard
