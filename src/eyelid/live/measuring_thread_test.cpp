// SPDX-License-Identifier: MIT
#include "eyelid/live/measuring_thread.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "eyelid/core/monotonic_clock.hpp"

namespace eyelid::live {
namespace {

/// What became of 8 frames that have waited for `waited_ns` when they are handed over.
std::vector<MeasuredFrame> measured(std::int64_t waited_ns, bool is_hurried, int detect_every = 1) {
  constexpr std::int64_t kFrames = 8;
  pipeline::SetupRequest request;
  request.device = pipeline::DeviceChoice::Cpu;
  request.threads = 1;
  const pipeline::Setup setup = pipeline::make_setup(request);
  MeasuringThread::Options options;
  options.width = 160;
  options.height = 120;
  options.tracker.detect_every = detect_every;
  options.tracker.frames_per_second = 0.1;  // a hurry begins only where frames are skipped
  std::vector<MeasuredFrame> frames;
  MeasuringThread thread(
      setup, options, [&](const MeasuredFrame& frame) { frames.push_back(frame); });
  thread.set_hurried(is_hurried);
  FramePool pool(kFrames, options.width, options.height);
  for (std::int64_t i = 0; i < kFrames; ++i) {
    const auto frame = pool.take();
    frame->number = frame->index = i;
    frame->arrival_ns = monotonic_ns() - waited_ns;
    thread.add(frame);
  }
  thread.finish();
  return frames;
}

TEST(MeasuringThread, LeavesOutTheDetectionsThatAreDueWhileOthersNeedTheProcessor) {
  // Frames of later are never late, however slow the machine.
  constexpr std::int64_t kLater_ns = 3'600'000'000'000;
  for (const int detect_every : {1, 3}) {
    const std::vector<MeasuredFrame> frames = measured(-kLater_ns, true, detect_every);
    ASSERT_EQ(frames.size(), 8u);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_FALSE(frames[i].is_overrun);
      EXPECT_EQ(frames[i].is_hurried, i % static_cast<std::size_t>(detect_every) == 0) << i;
    }
  }
}

TEST(MeasuringThread, SkipsToTheNewestFrameWhenItIsFarBehind) {
  const std::vector<MeasuredFrame> frames = measured(10 * MeasuringThread::kMostBehind_ns, false);
  ASSERT_EQ(frames.size(), 8u);
  EXPECT_FALSE(frames.back().is_overrun) << "an old closure is better than none";
  for (const MeasuredFrame& frame : frames) EXPECT_FALSE(frame.is_hurried);
}

}  // namespace
}  // namespace eyelid::live
