// SPDX-License-Identifier: MIT
#include "eyelid/closure/closed_level.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace eyelid::closure {
namespace {

using Closures = std::vector<DeepClosure>;

/// One every two seconds, 0.2 s long; each wider than the one before by `slower_s`.
Closures closures_to(std::initializer_list<float> ratios,
                     double slower_s = 0.02,
                     bool is_held = false) {
  Closures closures;
  double onset_s = 1.0;
  double half_width_s = 0.1;
  for (const float ratio : ratios) {
    closures.push_back({onset_s, onset_s + 0.2, half_width_s, ratio, is_held});
    onset_s += 2.0;
    half_width_s += slower_s;
  }
  return closures;
}

ClosedRatio level_of(const Closures& closures) { return closed_ratios({closures, {}}).right; }

TEST(ClosedLevel, IsMeasuredWhereLidsMet) {
  const ClosedRatio once = level_of(closures_to({0.08f}));
  EXPECT_EQ(once.source, LevelSource::Measured);
  EXPECT_FLOAT_EQ(once.ratio, 0.08f);
  // Partial blinks do not count, nor does one collapse of the points.
  const ClosedRatio of_many =
      level_of(closures_to({0.40f, 0.09f, 0.08f, 0.35f, 0.07f, 0.09f, 0.10f, 0.00f}));
  EXPECT_EQ(of_many.source, LevelSource::Measured);
  EXPECT_NEAR(of_many.ratio, 0.08f, 0.011f);
}

TEST(ClosedLevel, IsMeasuredWhereClosuresAgree) {
  const ClosedRatio agreeing = level_of(closures_to({0.18f, 0.17f, 0.19f, 0.16f, 0.40f}));
  EXPECT_EQ(agreeing.source, LevelSource::Measured);
  EXPECT_NEAR(agreeing.ratio, 0.18f, 0.011f);
  EXPECT_EQ(level_of(closures_to({0.18f, 0.17f, 0.19f, 0.16f}, 0.002)).source,
            LevelSource::Estimated)
      << "one movement, repeated";
  EXPECT_EQ(level_of(closures_to({0.18f, 0.17f, 0.19f})).source, LevelSource::Estimated);
  EXPECT_EQ(level_of(closures_to({0.18f, 0.30f, 0.35f, 0.17f, 0.44f})).source,
            LevelSource::Estimated);
}

TEST(ClosedLevel, IsMeasuredWhereLidsWereHeld) {
  EXPECT_EQ(level_of(closures_to({0.18f}, 0.0, true)).source, LevelSource::Measured);
  EXPECT_EQ(level_of(closures_to({0.24f}, 0.0, true)).source, LevelSource::Estimated) << "a squint";
}

TEST(ClosedLevel, IsMeasuredByTheOtherEye) {
  PerEye<Closures> closures{closures_to({0.05f, 0.40f, 0.06f}), closures_to({0.30f, 0.44f, 0.28f})};
  PerEye<ClosedRatio> levels = closed_ratios(closures);
  EXPECT_EQ(levels.left.source, LevelSource::Measured);
  EXPECT_NEAR(levels.left.ratio, 0.29f, 0.011f);
  for (DeepClosure& closure : closures.left) {  // winks
    closure.onset_s += 0.5;
    closure.offset_s += 0.5;
  }
  levels = closed_ratios(closures);
  EXPECT_EQ(levels.right.source, LevelSource::Measured);
  EXPECT_EQ(levels.left.source, LevelSource::Estimated);
}

TEST(ClosedLevel, IsAnIntervalWhereNothingShowsThatClosuresWereFull) {
  for (const float depth : {0.60f, 0.65f, 0.70f, 0.75f, 0.80f, 0.85f}) {
    for (const float closed : {0.03f, 0.10f, 0.17f, 0.30f}) {
      const float bottom = 1.0f - depth * (1.0f - closed);
      if (bottom > kMaxClosedRatio || bottom <= kLidsMetRatio) continue;
      const ClosedRatio level =
          level_of(closures_to({bottom, bottom, bottom, bottom, bottom}, 0.0));
      EXPECT_EQ(level.source, LevelSource::Estimated) << depth << " " << closed;
      EXPECT_LE(level.low, closed);
      EXPECT_GE(level.high, closed);
      EXPECT_LT((1.0f - closed) / (1.0f - level.ratio), 1.42f) << "1.67 if taken for full";
    }
  }
}

TEST(ClosedLevel, OfAnEyeWithoutDeepClosuresIsTheOthersShare) {
  const PerEye<ClosedRatio> levels = closed_ratios({closures_to({0.08f}), {}});
  EXPECT_FLOAT_EQ(levels.left.ratio, 0.08f);
  EXPECT_EQ(levels.left.source, LevelSource::Estimated);
  const PerEye<ClosedRatio> neither = closed_ratios({});
  EXPECT_FLOAT_EQ(neither.left.ratio, kPopulationClosedRatio);
  EXPECT_EQ(neither.left.source, LevelSource::Estimated);
}

}  // namespace
}  // namespace eyelid::closure
