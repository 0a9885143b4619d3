// SPDX-License-Identifier: MIT
#include "eyelid/video/read_ahead.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "eyelid/core/error.hpp"

namespace eyelid::video {
namespace {

using namespace std::chrono_literals;

struct Counters {
  std::atomic<int> decoded{0};
  std::atomic<bool> is_stopped{false};
};

/// Gives frames whose first pixel is their number; may fail at one of them, or block at another
/// until stopped.
class FakeDecoder final : public FrameDecoder {
 public:
  FakeDecoder(Counters& counters, int frames, int fails_at = -1, int blocks_at = -1)
      : counters_(counters), frames_(frames), fails_at_(fails_at), blocks_at_(blocks_at) {}

  const SourceInfo& info() const override { return info_; }
  bool decode(Frame& frame) override {
    const int index = counters_.decoded;
    if (index == fails_at_) throw InputError("fake: broke");
    while (index == blocks_at_ && !counters_.is_stopped) std::this_thread::sleep_for(1ms);
    if (index == frames_ || counters_.is_stopped) return false;
    frame.image.resize(64, 4);
    frame.image.row(0)[0] = static_cast<std::uint8_t>(index);
    frame.index = index;
    ++counters_.decoded;
    return true;
  }
  SourceReport report() const override {
    SourceReport report;
    report.decoded_frames = counters_.decoded;
    return report;
  }
  void stop() override { counters_.is_stopped = true; }

 private:
  Counters& counters_;
  SourceInfo info_;
  int frames_, fails_at_, blocks_at_;
};

TEST(ReadAhead, KeepsOrderAndReportsAtTheEnd) {
  Counters counters;
  ReadAheadSource source(std::make_unique<FakeDecoder>(counters, 100), 4);
  Frame frame;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(source.next(frame));
    ASSERT_EQ(frame.image.row(0)[0], i);
  }
  EXPECT_FALSE(source.next(frame));
  EXPECT_EQ(source.report().decoded_frames, 100);
}

TEST(ReadAhead, RunsAheadAndNoFurther) {
  Counters counters;
  ReadAheadSource source(std::make_unique<FakeDecoder>(counters, 1000), 5);
  Frame frame;
  ASSERT_TRUE(source.next(frame));
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (counters.decoded < 6 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  std::this_thread::sleep_for(30ms);
  // One given away, five waiting, one in the decoder's hands.
  EXPECT_GE(counters.decoded, 6);
  EXPECT_LE(counters.decoded, 7);
}

TEST(ReadAhead, ImagesTravelInACircle) {
  Counters counters;
  ReadAheadSource source(std::make_unique<FakeDecoder>(counters, 200), 4);
  std::set<const std::uint8_t*> memory;
  for (Frame frame; source.next(frame);) memory.insert(frame.image.row(0));
  EXPECT_LE(memory.size(), 7u);
}

TEST(ReadAhead, ErrorsArriveAfterTheFramesBeforeThem) {
  Counters counters;
  ReadAheadSource source(std::make_unique<FakeDecoder>(counters, 100, 10), 4);
  Frame frame;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(source.next(frame));
  EXPECT_THROW(source.next(frame), InputError);
  EXPECT_THROW(ReadAheadSource(std::make_unique<FakeDecoder>(counters, 100, 10), 4), InputError);
}

TEST(ReadAhead, GoingAwayStopsAWaitingAndABlockedDecoder) {
  Counters waiting, blocked;
  { const ReadAheadSource source(std::make_unique<FakeDecoder>(waiting, 1000), 2); }
  { const ReadAheadSource source(std::make_unique<FakeDecoder>(blocked, 1000, -1, 3), 16); }
  EXPECT_TRUE(waiting.is_stopped);
  EXPECT_TRUE(blocked.is_stopped);
}

}  // namespace
}  // namespace eyelid::video
