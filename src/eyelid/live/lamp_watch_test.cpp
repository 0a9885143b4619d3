// SPDX-License-Identifier: MIT
#include "eyelid/live/lamp_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace eyelid::live {
namespace {

TEST(MeanGray, IsOfTheRegionWithinThePicture) {
  GrayImage image(10, 4);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 10; ++x) image.row(y)[x] = static_cast<std::uint8_t>(x);
  }
  EXPECT_FLOAT_EQ(mean_gray(image, {2, 1, 3, 2}), 3.0f);
  EXPECT_FLOAT_EQ(mean_gray(image, {8, 0, 100, 100}), 8.5f);
  EXPECT_TRUE(std::isnan(mean_gray(image, {10, 0, 3, 3})));
}

/// Frames of 500/s with a lamp of 30 levels over a dark one that trembles.
class Rig {
 public:
  void frames(int count, bool is_on) {
    for (int i = 0; i < count; ++i, ++number) {
      const auto tremor = static_cast<float>(number % 5);
      if (const auto seen = watch.on_frame(number, time_s(), 40.0f + tremor + (is_on ? 30 : 0))) {
        rows.push_back(seen->row);
        seen_at.push_back(number);
      }
    }
  }
  void decide(std::size_t row) { watch.decided(number - 1, time_s() - 0.002, row); }
  double time_s() const { return static_cast<double>(number) * 0.002; }

  LampWatch watch;
  std::int64_t number = 0;
  std::vector<std::size_t> rows;
  std::vector<std::int64_t> seen_at;
};

TEST(LampWatch, CountsFramesFromTheDecisionToTheLamp) {
  Rig rig;
  rig.frames(100, false);
  rig.decide(7);  // on frame 99
  rig.frames(1, false);
  rig.frames(30, true);  // from frame 101
  rig.frames(100, false);
  rig.decide(9);
  rig.frames(30, true);  // with the next frame
  EXPECT_EQ(rig.rows, (std::vector<std::size_t>{7, 9}));
  EXPECT_EQ(rig.seen_at, (std::vector<std::int64_t>{101, 231}));
  const LoopSummary loop = rig.watch.summary();
  EXPECT_EQ(loop.frames, (std::vector<std::int64_t>{0, 1, 1}));
  EXPECT_EQ(loop.unseen, 0);
  EXPECT_EQ(loop.latency.count, 2);
  EXPECT_NEAR(loop.latency.max_ms, 4.0, 1e-6);
}

TEST(LampWatch, AnOutputThatLightsNothingIsUnseen) {
  Rig rig;
  rig.frames(100, false);
  rig.decide(1);
  rig.frames(600, false);  // more than a second
  rig.decide(2);
  rig.decide(3);  // the lamp cannot show both
  rig.frames(10, true);
  rig.decide(4);  // it shines already
  rig.frames(10, true);
  EXPECT_EQ(rig.rows, std::vector<std::size_t>{2});
  EXPECT_EQ(rig.watch.summary().unseen, 1);
}

TEST(LampWatch, LightThatNobodyAskedForIsNoAnswer) {
  Rig rig;
  rig.frames(100, false);
  rig.frames(10, true);
  rig.frames(100, false);
  EXPECT_TRUE(rig.rows.empty());
  EXPECT_EQ(rig.watch.summary().latency.count, 0);
}

}  // namespace
}  // namespace eyelid::live
