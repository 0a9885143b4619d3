// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/live_tracker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

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
    request.device = "cpu";
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

  /// All frames through `workers` threads; frame 5 is lost.
  static std::vector<LiveFrame> track(const LiveOptions& how) {
    std::vector<LiveFrame> results;
    LiveTracker tracker(*setup_.detector, setup_.models, how, [&](const LiveFrame& frame) {
      results.push_back(frame);
    });
    std::atomic<std::int64_t> next{0};
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < how.workers; ++worker) {
      threads.emplace_back([&, worker] {
        for (std::int64_t i = next++; i < kFrames; i = next++) {
          const FrameView picture = frames_[static_cast<std::size_t>(i)];
          tracker.process(worker, i, i == 5 ? FrameView{} : picture);
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
    EXPECT_EQ(three[i].frame, static_cast<std::int64_t>(i));
    EXPECT_EQ(one[i].is_lost, i == 5);
    EXPECT_EQ(three[i].is_lost, i == 5);
    EXPECT_EQ(three[i].is_valid, i != 5) << i;
    if (i == 5) continue;
    EXPECT_EQ(three[i].ear_right, one[i].ear_right) << "one face: the same whoever measures it";
    EXPECT_EQ(std::isnan(three[i].fec.mean), std::isnan(one[i].fec.mean)) << i;
    if (std::isnan(one[i].fec.mean)) continue;
    EXPECT_EQ(three[i].fec.mean, one[i].fec.mean) << i;
  }
}

TEST_F(LiveTrackerTest, ClosureNeedsACalibrationOrTheFirstFrames) {
  Calibration calibration;
  calibration.right = calibration.left = {0.3f, 0.06f};
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
    EXPECT_EQ(carried[i].is_valid, i != 5);
    if (i == 5) continue;
    EXPECT_NEAR(carried[i].ear_right, detected[i].ear_right, 0.03f) << i;
  }
}

}  // namespace
}  // namespace eyelid::pipeline
