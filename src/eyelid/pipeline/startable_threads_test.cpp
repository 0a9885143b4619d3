// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/startable_threads.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "eyelid/compute/machine.hpp"

namespace eyelid::pipeline {
namespace {

std::size_t address_space() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

constexpr std::size_t kStack_bytes = std::size_t{1} << 30;  // more than a cached stack has

// The answer of a process that may take `bytes` more of address space.
int answer_within(std::size_t bytes, int wanted) {
  const pid_t child = fork();
  if (child == 0) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStack_bytes);
    if (pthread_setattr_default_np(&attributes) != 0) _exit(255);
    const rlimit limit{address_space() + bytes, address_space() + bytes};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(255);
    _exit(startable_threads(wanted));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StartableThreads, AsManyAsWantedUpToFourPerProcessor) {
  EXPECT_EQ(startable_threads(1), 1);
  EXPECT_EQ(startable_threads(3), 3);
  EXPECT_EQ(startable_threads(1 << 20), 4 * compute::hardware_threads());
}

TEST(StartableThreads, FewerWhereTheSystemStartsFewer) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "a sanitizer takes address space of its own for each thread";
#endif
  EXPECT_EQ(answer_within(0, 4), 1);
  // Two of three further threads fit, half of them are used.
  EXPECT_EQ(answer_within(5 * kStack_bytes / 2, 4), 2);
}

}  // namespace
}  // namespace eyelid::pipeline
