// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/live_tracker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <string>
#include <thread>

#include "eyelid/pipeline/frames_in_memory_testing.hpp"
#include "eyelid/pipeline/setup.hpp"
#include "eyelid/synthesis/session_renderer.hpp"

namespace eyelid::pipeline {
namespace {

class LiveTrackerTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kFrames = 40;

  static void SetUpTestSuite() {
    synthesis::SessionOptions session;
    session.seconds = 2.0;
    session.trials = 1;
    const synthesis::SessionRenderer renderer(session);
    for (std::int64_t i = 0; i < kFrames; ++i) renderer.render(i, frames_.emplace_back());
    SetupRequest request;
    request.device = DeviceChoice::Cpu;
    request.threads = 1;
    setup_ = make_setup(request);
  }
  static void TearDownTestSuite() {
    frames_.clear();
    setup_ = {};
  }

  static LiveOptions options(int workers, int detect_every = 1) {
    LiveOptions options;
    options.workers = workers;
    options.detect_every = detect_every;
    return options;
  }

  static std::vector<LiveFrame> track(const LiveOptions& how) { return track(how, frames_, 5); }

  /// All frames through `workers` threads; frame `lost` is lost.
  static std::vector<LiveFrame> track(
      const LiveOptions& how,
      const std::vector<GrayImage>& frames,
      std::int64_t lost,
      const std::function<bool(std::int64_t)>& is_hurried = [](std::int64_t) { return false; }) {
    std::vector<LiveFrame> results;
    LiveTracker tracker(*setup_.detector, setup_.models, how, [&](const LiveFrame& frame) {
      results.push_back(frame);
    });
    std::atomic<std::int64_t> next{0};
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < how.workers; ++worker) {
      threads.emplace_back([&, worker] {
        for (std::int64_t i = next++; i < kFrames; i = next++) {
          const FrameView picture = frames[static_cast<std::size_t>(i)];
          tracker.process(
              worker, i, i == lost ? FrameView{} : picture, std::nullopt, is_hurried(i));
        }
      });
    }
    threads.clear();
    return results;
  }

  inline static std::vector<GrayImage> frames_;
  inline static pipeline::Setup setup_;
};

TEST_F(LiveTrackerTest, FramesLeaveInOrderWhateverTheNumberOfWorkers) {
  const std::vector<LiveFrame> one = track(options(1));
  const std::vector<LiveFrame> three = track(options(3));
  ASSERT_EQ(one.size(), static_cast<std::size_t>(kFrames));
  ASSERT_EQ(three.size(), one.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(three[i].measured.frame, static_cast<std::int64_t>(i));
    EXPECT_EQ(one[i].is_lost, i == 5);
    EXPECT_EQ(three[i].is_lost, i == 5);
    EXPECT_EQ(three[i].measured.is_trustworthy(), i != 5) << i;
    if (i == 5) continue;
    EXPECT_EQ(three[i].measured.ear.right, one[i].measured.ear.right)
        << "one face: the same whoever measures it";
    EXPECT_EQ(std::isnan(three[i].fec.mean), std::isnan(one[i].fec.mean)) << i;
    if (std::isnan(one[i].fec.mean)) continue;
    EXPECT_EQ(three[i].fec.mean, one[i].fec.mean) << i;
  }
}

TEST_F(LiveTrackerTest, ClosureNeedsACalibrationOrTheFirstFrames) {
  Calibration calibration;
  calibration.levels.right = calibration.levels.left = {0.3f, 0.06f};
  LiveOptions calibrated = options(1);
  calibrated.calibration = calibration;
  const std::vector<LiveFrame> known = track(calibrated);
  EXPECT_TRUE(std::isfinite(known[0].fec.mean));
  const std::vector<LiveFrame> learned = track(options(1));
  EXPECT_TRUE(std::isnan(learned[0].fec.mean));
  EXPECT_TRUE(std::isfinite(learned.back().fec.mean));
}

TEST_F(LiveTrackerTest, TheFaceIsCarriedBetweenDetections) {
  const std::vector<LiveFrame> carried = track(options(1, 10));
  const std::vector<LiveFrame> detected = track(options(1));
  for (std::size_t i = 0; i < carried.size(); ++i) {
    EXPECT_EQ(carried[i].measured.is_trustworthy(), i != 5);
    if (i == 5) continue;
    EXPECT_NEAR(carried[i].measured.ear.right, detected[i].measured.ear.right, 0.03f) << i;
  }
}

// A face that is hidden where detection is due, and one that jumps aside inside a group.
TEST_F(LiveTrackerTest, MeasuresWhatTheTrackerOfRecordingsMeasures) {
  std::vector<GrayImage> frames;
  for (const GrayImage& frame : frames_) frames.push_back(frame.copy());
  for (int y = 0; y < frames[0].height(); ++y) {
    std::fill_n(frames[16].row(y), frames[16].width(), std::uint8_t{90});
    std::uint8_t* row = frames[25].row(y);
    std::copy_backward(row, row + frames[25].width() - 60, row + frames[25].width());
  }
  for (const int detect_every : {1, 4}) {
    TrackerOptions recording;
    recording.detect_every = detect_every;
    std::vector<FrameMeasurement> expected;
    Tracker tracker(setup_.detector->clone(), setup_.models, recording);
    FramesInMemory source(frames);
    tracker.run(source, [&](const FrameMeasurement& m) { expected.push_back(m); });
    ASSERT_EQ(expected.size(), frames.size());
    EXPECT_FALSE(expected[0].is_suspect);
    EXPECT_TRUE(expected[1].is_suspect);
    EXPECT_FALSE(expected[16].face);
    EXPECT_TRUE(expected[17].is_trustworthy());
    EXPECT_TRUE(expected[25].is_trustworthy());
    for (const int workers : {1, 3}) {
      const std::vector<LiveFrame> live = track(options(workers, detect_every), frames, -1);
      ASSERT_EQ(live.size(), expected.size());
      for (std::size_t i = 0; i < live.size(); ++i) {
        SCOPED_TRACE("frame " + std::to_string(i) + ", detected every " +
                     std::to_string(detect_every) + ", workers " + std::to_string(workers));
        const FrameMeasurement &e = expected[i], &m = live[i].measured;
        EXPECT_EQ(m.frame, e.frame);
        EXPECT_EQ(m.is_trustworthy(), e.is_trustworthy());
        ASSERT_EQ(m.face.has_value(), e.face.has_value());
        if (!e.face) continue;
        EXPECT_EQ(m.face->box, e.face->box);
        EXPECT_EQ(m.eyes->right, e.eyes->right);
        EXPECT_EQ(m.eyes->left, e.eyes->left);
        EXPECT_EQ(std::isnan(m.ear.right), std::isnan(e.ear.right));
        EXPECT_EQ(m.trusted_eyes, e.trusted_eyes);
        for (const Eye eye : kEyes) {
          if (e.trusted_eyes[eye]) {
            EXPECT_EQ(m.ear[eye], e.ear[eye]);
          }
        }
      }
    }
  }
}

// Whoever has which frame, and whether or not a detection is due.
TEST_F(LiveTrackerTest, AHurriedFrameIsMeasuredWithoutDetection) {
  for (const int detect_every : {1, 4}) {
    const std::vector<LiveFrame> unhurried = track(options(1, detect_every), frames_, -1);
    const std::vector<LiveFrame> hurried =
        track(options(3, detect_every), frames_, -1, [](std::int64_t i) { return i >= 7; });
    ASSERT_EQ(hurried.size(), frames_.size());
    for (std::size_t i = 0; i < hurried.size(); ++i) {
      EXPECT_EQ(hurried[i].is_hurried, i >= 7 && i % static_cast<std::size_t>(detect_every) == 0);
      ASSERT_TRUE(hurried[i].measured.is_trustworthy()) << i;
      EXPECT_NEAR(hurried[i].measured.ear.right, unhurried[i].measured.ear.right, 0.03f) << i;
    }
  }
}

// Between detections the frame after a lost one follows the frame before it, and a detection that
// falls on a lost frame is not made up for: nothing waits for ever, whoever has which frame.
TEST_F(LiveTrackerTest, ALostFrameDoesNotHoldUpTheGroup) {
  for (const std::int64_t lost : {0, 8, 10}) {
    const std::vector<LiveFrame> live = track(options(3, 4), frames_, lost);
    ASSERT_EQ(live.size(), frames_.size());
    for (std::size_t i = 0; i < live.size(); ++i) {
      EXPECT_EQ(live[i].measured.is_trustworthy(), static_cast<std::int64_t>(i) != lost) << i;
    }
  }
}

}  // namespace
}  // namespace eyelid::pipeline
