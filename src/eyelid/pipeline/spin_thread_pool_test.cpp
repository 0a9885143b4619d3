// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/spin_thread_pool.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace eyelid::pipeline {
namespace {

TEST(SpinThreadPool, EveryItemIsDoneOnceInEveryRound) {
  SpinThreadPool team(3);
  EXPECT_EQ(team.threads(), 3);
  std::array<std::atomic<int>, 100> done{};
  const std::function<void(int, std::size_t)> work = [&](int worker, std::size_t item) {
    ASSERT_GE(worker, 0);
    ASSERT_LT(worker, 3);
    ++done[item];
  };
  int rounds = 0;
  for (std::size_t count : {0u, 1u, 2u, 100u}) {
    for (int i = 0; i < 200; ++i) team.run(count, work);
    rounds += count == 100 ? 200 : 0;
  }
  EXPECT_EQ(done[99], rounds);
  EXPECT_EQ(done[0], 600);
  EXPECT_EQ(done[1], 400);
}

TEST(SpinThreadPool, WorksAloneAndAfterSleeping) {
  SpinThreadPool alone(1);
  int sum = 0;
  alone.run(10, [&](int worker, std::size_t item) { sum += worker + static_cast<int>(item); });
  EXPECT_EQ(sum, 45);
  SpinThreadPool team(2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::atomic<int> done{0};
  team.run(50, [&](int, std::size_t) { ++done; });
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace eyelid::pipeline
