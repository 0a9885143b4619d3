// SPDX-License-Identifier: MIT
#include "eyelid/video/time_line.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace eyelid::video {
namespace {

TEST(TimeLine, CountsFromTheFirstStamp) {
  TimeLine line(100.0);
  EXPECT_DOUBLE_EQ(line.place(5.0), 0.0);
  EXPECT_DOUBLE_EQ(line.place(5.25), 0.25);
  EXPECT_DOUBLE_EQ(line.first_stamp_s(), 5.0);
}

TEST(TimeLine, KeepsVariableRates) {
  TimeLine line(100.0);
  line.place(0.0);
  EXPECT_DOUBLE_EQ(line.place(0.008), 0.008);
  EXPECT_DOUBLE_EQ(line.place(0.0225), 0.0225);
  EXPECT_EQ(line.gaps(), 0);
  EXPECT_EQ(line.repaired(), 0);
}

TEST(TimeLine, CountsGapsAndWhatTheyHeld) {
  TimeLine line(100.0);
  line.place(0.0);
  line.place(0.0149);  // under 1.5 periods: jitter
  EXPECT_EQ(line.gaps(), 0);
  line.place(0.0149 + 0.040);
  EXPECT_EQ(line.gaps(), 1);
  EXPECT_EQ(line.missing_frames(), 3);
}

TEST(TimeLine, RepairsAbsentAndBackwardStamps) {
  TimeLine line(100.0);
  line.place(0.0);
  EXPECT_DOUBLE_EQ(line.place(std::nullopt), 0.01);
  EXPECT_DOUBLE_EQ(line.place(0.01), 0.02);
  EXPECT_DOUBLE_EQ(line.place(-3.0), 0.03);
  EXPECT_DOUBLE_EQ(line.place(0.04), 0.04);
  EXPECT_EQ(line.repaired(), 3);
  EXPECT_EQ(line.gaps(), 0);
}

TEST(TimeLine, SpeedUpScalesTimeButNotGaps) {
  TimeLine line(25.0, 20.0);  // a 500 fps camera whose file says 25
  line.place(0.0);
  EXPECT_DOUBLE_EQ(line.place(0.04), 0.002);
  EXPECT_EQ(line.gaps(), 0);
  EXPECT_DOUBLE_EQ(line.place(0.12), 0.006);
  EXPECT_EQ(line.missing_frames(), 1);
}

TEST(TimeLine, AbsurdStampsStayFinite) {
  TimeLine line(1000.0);
  line.place(0.0);
  line.place(std::numeric_limits<double>::max());
  EXPECT_LE(line.missing_frames(), 1'000'000'000);
}

}  // namespace
}  // namespace eyelid::video
