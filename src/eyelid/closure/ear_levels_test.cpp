// SPDX-License-Identifier: MIT
#include "eyelid/closure/ear_levels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "eyelid/closure/rest_level.hpp"

namespace eyelid::closure {
namespace {

void add_normal(OpenLevelFinder& finder, int count, double mean, double deviation) {
  std::mt19937 random(21);
  std::normal_distribution<double> normal(mean, deviation);
  for (int i = 0; i < count; ++i) finder.add(static_cast<float>(normal(random)));
}

TEST(OpenLevelFinder, IsTheCenterOfTheNoiseNotItsUpperEdge) {
  for (const int count : {200, 5000, 200000}) {
    OpenLevelFinder finder;
    add_normal(finder, count, 0.30, 0.015);
    EXPECT_NEAR(finder.level()->ear, 0.30f, 0.004f) << count;
  }
}

TEST(OpenLevelFinder, IgnoresClosuresEvenWhenTheyAreMostOfTheTime) {
  OpenLevelFinder finder;
  add_normal(finder, 8000, 0.06, 0.01);
  add_normal(finder, 2000, 0.28, 0.01);
  EXPECT_NEAR(finder.level()->ear, 0.28f, 0.003f);
}

TEST(OpenLevelFinder, TakesTheUsualOfTwoPoses) {
  OpenLevelFinder finder;
  add_normal(finder, 3000, 0.33, 0.006);
  add_normal(finder, 7000, 0.27, 0.006);
  EXPECT_NEAR(finder.level()->ear, 0.27f, 0.003f);
}

TEST(OpenLevelFinder, NeedsEnoughBelievableValues) {
  OpenLevelFinder finder;
  for (int i = 0; i < 24; ++i) finder.add(0.3f);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -1.0f, 2.0f, 1e30f}) {
    for (int i = 0; i < 24; ++i) finder.add(bad);
  }
  EXPECT_EQ(finder.count(), 24);
  EXPECT_FALSE(finder.level().has_value());
  finder.add(0.3f);
  EXPECT_NEAR(finder.level()->ear, 0.3f, 0.002f);
  OpenLevelFinder shut;
  add_normal(shut, 1000, 0.06, 0.01);
  EXPECT_FALSE(shut.level().has_value());
}

TEST(OpenLevelFinder, IsNotWhereTheLidsDroopMostOfTheTime) {
  for (const double droop : {0.25, 0.35, 0.5}) {
    for (const int open : {1500, 2500, 4000}) {  // of 10,000
      OpenLevelFinder finder;
      add_normal(finder, 10000 - open, 0.30 - droop * 0.25, 0.008);
      add_normal(finder, open, 0.30, 0.008);
      EXPECT_NEAR(finder.level()->ear, 0.30f, 0.004f) << droop << " " << open;
    }
  }
}

TEST(OpenLevelFinder, SaysBetweenWhichHeightsItChose) {
  OpenLevelFinder drooping;
  add_normal(drooping, 7000, 0.21, 0.008);
  EXPECT_FALSE(drooping.level()->interval.has_value());
  add_normal(drooping, 3000, 0.30, 0.008);
  ASSERT_TRUE(drooping.level()->interval.has_value());
  EXPECT_NEAR(drooping.level()->interval->low, 0.21f, 0.004f);
  EXPECT_NEAR(drooping.level()->interval->high, 0.30f, 0.004f);
}

TEST(OpenLevelFinder, PassesOverARareGlanceUpward) {
  OpenLevelFinder finder;
  add_normal(finder, 9300, 0.30, 0.01);
  add_normal(finder, 700, 0.42, 0.01);
  EXPECT_NEAR(finder.level()->ear, 0.30f, 0.003f);
  EXPECT_FALSE(finder.level()->interval.has_value());
}

TEST(FecOf, IsTheShareOfTheRangeAndNotClamped) {
  const EyeLevels levels{0.30f, 0.05f};
  EXPECT_NEAR(fec_of(0.30f, levels), 0.0f, 1e-6f);
  EXPECT_NEAR(fec_of(0.05f, levels), 1.0f, 1e-6f);
  EXPECT_NEAR(fec_of(0.175f, levels), 0.5f, 1e-6f);
  EXPECT_NEAR(fec_of(0.35f, levels), -0.2f, 1e-6f);
  EXPECT_NEAR(fec_of(0.0f, levels), 1.2f, 1e-6f);
  EXPECT_TRUE(std::isnan(fec_of(0.2f, EyeLevels{})));
}

TEST(EyeLevelsTest, AreUsableWhenApart) {
  EXPECT_TRUE(are_usable({0.30f, 0.05f}));
  EXPECT_FALSE(are_usable({0.30f, 0.29f}));
  EXPECT_FALSE(are_usable({0.05f, 0.30f}));
  EXPECT_FALSE(are_usable({kNotAvailable, 0.05f}));
  EXPECT_FALSE(are_usable({0.30f, kNotAvailable}));
}

TEST(RestLevel, IsTheMedianOfTheLatestSecond) {
  RestLevel level;
  EXPECT_TRUE(level.empty());
  for (int i = 0; i < 1000; ++i) level.add(0.01 * i, static_cast<float>(i));
  EXPECT_NEAR(level.median(), 949.0f, 1.0f);
  EXPECT_NEAR(level.seen_s(10.0), 1.01, 0.011);
}

TEST(RestLevel, TimeSkippedDoesNotCount) {
  RestLevel level;
  for (int i = 0; i <= 100; ++i) level.add(0.01 * i, 1.0f);
  level.skip_to(60.0);
  level.add(60.01, 5.0f);
  EXPECT_EQ(level.median(), 1.0f);
  level.add(61.5, 5.0f);
  EXPECT_EQ(level.median(), 5.0f);
}

}  // namespace
}  // namespace eyelid::closure
