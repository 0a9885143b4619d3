// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/trace_thinner.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace eyelid::dashboard {
namespace {

std::vector<TraceBin> thinned(double frames_per_second, double seconds, auto fec_of) {
  TraceThinner thinner;
  std::vector<TraceBin> bins;
  for (int i = 0; i < static_cast<int>(frames_per_second * seconds); ++i) {
    const double time_s = i / frames_per_second;
    const float fec = fec_of(i);
    if (auto bin = thinner.add({time_s, {fec, fec}, fec, !std::isfinite(fec)})) {
      bins.push_back(*bin);
    }
  }
  return bins;
}

TEST(TraceThinner, ShowsTheShortestClosureOfAFastCamera) {
  const auto bins = thinned(1000.0, 2.0, [](int i) { return i == 777 ? 0.9f : 0.1f; });
  EXPECT_NEAR(static_cast<double>(bins.size()), 100.0, 2.0);
  int with_peak = 0;
  for (const TraceBin& bin : bins) {
    EXPECT_FLOAT_EQ(bin.fec.right.min, 0.1f);
    with_peak += bin.fec.left.max == 0.9f;
  }
  EXPECT_EQ(with_peak, 1);
}

TEST(TraceThinner, LeavesASlowCameraAsItIs) {
  const auto bins = thinned(30.0, 2.0, [](int i) { return static_cast<float>(i); });
  ASSERT_EQ(bins.size(), 59u);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    EXPECT_NEAR(bins[i].time_s, static_cast<double>(i) / 30.0, 1e-9);
    EXPECT_EQ(bins[i].mean_fec.min, bins[i].mean_fec.max);
  }
}

TEST(TraceThinner, CountsLostFramesAndShowsAHole) {
  const auto bins =
      thinned(500.0, 1.0, [](int i) { return i >= 100 && i < 125 ? kNotAvailable : 0.0f; });
  std::int64_t lost = 0;
  for (const TraceBin& bin : bins) lost += bin.lost;
  EXPECT_EQ(lost, 25);
  EXPECT_EQ(json_of(bins[10]), "[0.209,null,null,null,null,null,null,10]");
  EXPECT_EQ(json_of(bins[9]), "[0.189,0.000,0.000,0.000,0.000,0.000,0.000,0]");
}

TEST(TraceThinner, OneEyeAlone) {
  TraceThinner thinner;
  thinner.add({0.0, {0.25f, kNotAvailable}, 0.25f, false});
  const auto bin = thinner.add({1.0, kNeitherEye, kNotAvailable, false});
  ASSERT_TRUE(bin);
  EXPECT_EQ(json_of(*bin), "[0.000,0.250,0.250,null,null,0.250,0.250,0]");
}

TEST(TraceThinner, SurvivesAClockThatJumpsOrHasNoTime) {
  TraceThinner thinner;
  EXPECT_FALSE(thinner.add({std::nan(""), {}, 0.0f, false}));
  EXPECT_FALSE(thinner.add({100.0, {}, 0.0f, false}));
  EXPECT_TRUE(thinner.add({1.0, {}, 0.0f, false}));
  EXPECT_TRUE(thinner.add({1e300, {}, 0.0f, false}));
}

}  // namespace
}  // namespace eyelid::dashboard
