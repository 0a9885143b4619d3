// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/flank_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "eyelid/conditioning/shaped_trials_testing.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

struct Movement {
  std::vector<double> time_s;
  std::vector<double> values;
};

// From 100 ms before to the end of the rise, at 500/s.
Movement movement(LidShape shape, double onset_s, double rise_s) {
  const ShapedResponse response{shape, onset_s, rise_s, 0.5, 0.5};
  Movement samples;
  for (double t = onset_s - 0.1; t < onset_s + rise_s; t += 0.002) {
    samples.time_s.push_back(t);
    samples.values.push_back(0.03 + closure_of(response, t));
  }
  return samples;
}

TEST(FlankFit, FindsTheBeginningOfEachOfItsCourses) {
  for (const LidShape shape : {LidShape::MinimumJerk, LidShape::Saturating, LidShape::Logistic}) {
    for (const double rise_s : {0.07, 0.12, 0.3}) {
      const Movement samples = movement(shape, 0.147, rise_s);
      const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
      ASSERT_TRUE(flank);
      EXPECT_NEAR(flank->onset_s, 0.147, 0.003) << name_of(shape) << " " << rise_s;
    }
  }
}

TEST(FlankFit, OtherCoursesAreDatedWithinATenthOfTheRise) {
  for (const LidShape shape :
       {LidShape::Gamma, LidShape::HalfSine, LidShape::RaisedCosine, LidShape::Ramp}) {
    for (const double rise_s : {0.07, 0.12, 0.25}) {
      const Movement samples = movement(shape, 0.147, rise_s);
      const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
      ASSERT_TRUE(flank);
      EXPECT_NEAR(flank->onset_s, 0.147, 0.12 * rise_s) << name_of(shape) << " " << rise_s;
    }
  }
}

TEST(FlankFit, UncertaintyGrowsWithNoiseAndHoldsTheTruth) {
  double before_s = 0.0;
  for (const double noise : {0.02, 0.06}) {
    double sum_s = 0.0;
    int covered = 0;
    constexpr int kTries = 60;
    for (std::uint64_t seed = 1; seed <= kTries; ++seed) {
      synthesis::Random random(seed, 1);
      Movement samples = movement(LidShape::MinimumJerk, 0.2, 0.2);
      for (double& value : samples.values) value += noise * random.normal();
      const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
      ASSERT_TRUE(flank);
      sum_s += flank->error_s;
      covered += std::abs(flank->onset_s - 0.2) <= flank->error_s;
    }
    EXPECT_GT(sum_s / kTries, before_s);
    EXPECT_GE(covered, kTries / 2) << noise;
    before_s = sum_s / kTries;
  }
}

TEST(FlankFit, TheOnsetIsNotBeforeTheEarliest) {
  const Movement samples = movement(LidShape::MinimumJerk, 0.2, 0.2);
  const auto flank = fit_flank(samples.time_s, samples.values, 0.25);
  ASSERT_TRUE(flank);
  EXPECT_GE(flank->onset_s, 0.25);
  EXPECT_LE(flank->onset_s, 0.26);
}

TEST(FlankFit, SaysNothingWhereNothingRises) {
  std::vector<double> time_s;
  std::vector<double> falling;
  for (int i = 0; i < 50; ++i) {
    time_s.push_back(0.002 * i);
    falling.push_back(1.0 - 0.01 * i);
  }
  EXPECT_FALSE(fit_flank(time_s, falling, 0.0));
  EXPECT_FALSE(fit_flank(std::span(time_s).first(5), std::span(falling).first(5), 0.0));
}

}  // namespace
}  // namespace eyelid::conditioning
