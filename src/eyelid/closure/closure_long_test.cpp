// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/trace_testing.hpp"
#include "temporary_folder.hpp"

namespace eyelid::closure {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasuresMemory = false;  // sanitizers hold freed memory back
#else
constexpr bool kMeasuresMemory = true;
#endif

long peak_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Two hours at 500 frames/s, 3.6 million frames: 173 MB of spool, memory of a few kilobytes.
TEST(LongRecording, OfTwoHoursNeedsNoMoreMemory) {
  constexpr double kDuration_s = 7200.0;
  const testing::TemporaryFolder folder;
  TraceSpool spool(folder.path());
  MadeTrace made;
  const std::vector<MadeBlink> blinks = made_blinks(kDuration_s, 5);
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0.0, 0.008);
  const long before_kib = peak_memory_kib();
  std::size_t current = 0;
  for (std::int64_t frame = 0; frame < 3600000; ++frame) {
    ClosureInput record;
    record.frame = frame;
    record.time_s = static_cast<double>(frame) / 500.0;
    while (current + 1 < blinks.size() && blinks[current + 1].start_s < record.time_s) ++current;
    const double fec = blinks[current].fec_at(record.time_s);
    record.ear.right = made.ear_of(fec) + static_cast<float>(noise(random));
    record.ear.left = made.ear_of(fec) + static_cast<float>(noise(random));
    record.is_trustworthy = frame % 50000 >= 100;  // the face is lost for 0.2 s now and then
    spool.append(record);
  }
  std::int64_t rows = 0;
  double squares = 0.0;
  std::int64_t compared = 0;
  std::size_t blink_count = 0;
  current = 0;
  analyze_closure(
      spool,
      {},
      [&](const EyelidSample& sample) {
        EXPECT_EQ(sample.frame, rows++);
        while (current + 1 < blinks.size() && blinks[current + 1].start_s < sample.time_s) {
          ++current;
        }
        if (!std::isfinite(sample.mean_fec)) return;
        const double error = sample.mean_fec - blinks[current].fec_at(sample.time_s);
        squares += error * error;
        ++compared;
      },
      [&](const Blink&) { ++blink_count; });
  EXPECT_EQ(rows, 3600000);
  EXPECT_EQ(compared, 3600000 - 72 * 100);
  EXPECT_LT(std::sqrt(squares / static_cast<double>(compared)), 0.02);
  // All but those the lost face cuts.
  EXPECT_LE(blink_count, 2 * blinks.size());
  EXPECT_GE(blink_count, 2 * (blinks.size() - 40));
  if (kMeasuresMemory) {
    EXPECT_LT(peak_memory_kib() - before_kib, 2048);
  }
}

}  // namespace
}  // namespace eyelid::closure
