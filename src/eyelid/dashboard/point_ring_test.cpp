// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/point_ring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace eyelid::dashboard {
namespace {

TEST(PointRing, TakesWhatFitsAndNoMore) {
  PointRing<int, 4> ring;
  EXPECT_FALSE(ring.take());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.put(i));
  EXPECT_FALSE(ring.put(4));
  EXPECT_EQ(ring.take(), 0);
  EXPECT_TRUE(ring.put(5));
  for (const int expected : {1, 2, 3, 5}) EXPECT_EQ(ring.take(), expected);
  EXPECT_FALSE(ring.take());
}

TEST(PointRing, KeepsTheOrderBetweenTwoThreads) {
  PointRing<std::int64_t, 64> ring;
  constexpr std::int64_t kItems = 20'000;
  std::thread writer([&] {
    for (std::int64_t i = 0; i < kItems;) {
      if (ring.put(i)) {
        ++i;
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::int64_t expected = 0;
  while (expected < kItems) {
    const auto item = ring.take();
    if (!item) {
      std::this_thread::yield();
    } else if (*item == expected) {
      ++expected;
    } else {
      ADD_FAILURE() << "found " << *item << ", expected " << expected;
      break;
    }
  }
  writer.join();
}

}  // namespace
}  // namespace eyelid::dashboard
