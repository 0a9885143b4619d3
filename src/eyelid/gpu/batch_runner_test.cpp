// SPDX-License-Identifier: MIT
#include "eyelid/gpu/batch_runner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "eyelid/core/error.hpp"
#include "eyelid/gpu/device_testing.hpp"

// Counted, for the claim that batches allocate nothing.
namespace {
std::atomic<long> allocations{0};
}
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  allocations++;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace eyelid::gpu {
namespace {

/// Frames 0, 1, ... whose pixels are their number; larger from `larger_from` on.
struct Source {
  int count;
  int larger_from = 1 << 20;
  int next = 0;
  GrayImage image;

  std::optional<NumberedFrame> operator()() {
    if (next == count) return std::nullopt;
    const int side = next >= larger_from ? 9 : 6;
    image.resize(side, 4);
    for (int y = 0; y < 4; y++) {
      std::fill_n(image.row(y), side, static_cast<std::uint8_t>(next));
    }
    const NumberedFrame frame{image, 1000 + next, 0.5 * next};
    next++;
    return frame;
  }
};

/// Runs `count` frames and expects each once, in order.
void expect_all(BatchRunner& runner, int count, int larger_from = 1 << 20) {
  Source source{count, larger_from, 0, {}};
  int delivered = 0;
  runner.run(std::ref(source), [&](const MeasuredFrame& frame) {
    ASSERT_EQ(frame.index, 1000 + delivered);
    ASSERT_EQ(frame.time_s, 0.5 * delivered);
    ASSERT_EQ(frame.record->subject, delivered & 255);
    ASSERT_EQ(frame.record->face_count, delivered & 255);
    delivered++;
  });
  EXPECT_EQ(delivered, count);
  EXPECT_EQ(runner.times().frames, count);
}

TEST(BatchRunner, DeliversEveryFrameOnceInOrder) {
  for (const int slots : {1, 2, 3}) {
    for (const int batch : {1, 4, 7}) {
      for (const int frames : {0, 1, 4, 27, 28, 100}) {
        Log log;
        FakeDevice device(log, slots, batch);
        BatchRunner runner({&device});
        expect_all(runner, frames);
        EXPECT_EQ(log.in_flight, 0);
        EXPECT_LE(log.max_in_flight, slots);
        EXPECT_EQ(runner.times().batches, (frames + batch - 1) / batch);
      }
    }
  }
}

TEST(BatchRunner, SeveralDevicesTakeTurnsInTheOrderOfTheFrames) {
  Log log;
  FakeDevice first(log, 2, 3), second(log, 3, 3);
  BatchRunner runner({&first, &second});
  expect_all(runner, 30);
  EXPECT_EQ(log.submitted, (std::vector<int>{0, 3, 6, 9, 12, 15, 18, 21, 24, 27}));
  EXPECT_EQ(first.submits, 5);
  EXPECT_EQ(second.submits, 5);
  EXPECT_EQ(log.max_in_flight, 4);  // as many slots as the smaller device has, of each
}

TEST(BatchRunner, AChangeOfFrameSizeWaitsForAllAndPreparesAnew) {
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  expect_all(runner, 30, 13);
  EXPECT_EQ(device.prepared, 2);
  expect_all(runner, 10, 0);  // still the larger size
  EXPECT_EQ(device.prepared, 2);
}

TEST(BatchRunner, AllocatesOnlyWhenPrepared) {
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  expect_all(runner, 100);
  expect_all(runner, 100);
  EXPECT_EQ(device.prepared, 1);
  EXPECT_EQ(device.addresses.size(), 3u);
}

TEST(BatchRunner, ABatchCostsNoAllocation) {
  Log log;
  log.keeps_order = false;  // the fake allocates nothing either
  FakeDevice first(log, 3, 4), second(log, 3, 4);
  BatchRunner runner({&first, &second});
  expect_all(runner, 8);  // prepares
  const auto allocations_of = [&](int frames) {
    const long before = allocations;
    expect_all(runner, frames);
    return allocations - before;
  };
  EXPECT_EQ(allocations_of(40), allocations_of(4000));
}

TEST(BatchRunner, ErrorsEndTheRunAndLeaveNothingInFlight) {
  const auto ignore = [](const MeasuredFrame&) {};
  for (const int failing : {1, 2, 5}) {
    for (const bool in_wait : {false, true}) {
      Log log;
      FakeDevice device(log, 3, 4);
      (in_wait ? device.fail_wait : device.fail_submit) = failing;
      BatchRunner runner({&device});
      Source source{100, 1 << 20, 0, {}};
      EXPECT_THROW(runner.run(std::ref(source), ignore), DeviceError);
      EXPECT_EQ(log.in_flight, 0);
      expect_all(runner, 50);  // and is good for another run
    }
  }
  Log log;
  FakeDevice device(log, 3, 4);
  BatchRunner runner({&device});
  Source source{100, 1 << 20, 0, {}};
  EXPECT_THROW(runner.run(
                   [&]() -> std::optional<NumberedFrame> {
                     if (source.next == 21) throw InputError("the file ends here");
                     return source();
                   },
                   ignore),
               InputError);
  EXPECT_EQ(log.in_flight, 0);
  source.next = 0;
  EXPECT_THROW(runner.run(std::ref(source),
                          [](const MeasuredFrame& frame) {
                            if (frame.index == 1009) throw InputError("disk full");
                          }),
               InputError);
  EXPECT_EQ(log.in_flight, 0);
  device.fail_prepare = true;
  source = Source{9, 0, 0, {}};
  EXPECT_THROW(runner.run(std::ref(source), ignore), DeviceError);
  device.fail_prepare = false;
  expect_all(runner, 12);
}

}  // namespace
}  // namespace eyelid::gpu
