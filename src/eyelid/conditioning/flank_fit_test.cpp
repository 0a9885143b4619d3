// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/flank_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

double minimum_jerk(double t) { return t * t * t * (10.0 + t * (6.0 * t - 15.0)); }
double cosine(double t) { return 0.5 - 0.5 * std::cos(3.14159265358979 * t); }
double line(double t) { return t; }

struct Samples {
  std::vector<double> time_s;
  std::vector<double> values;
};

Samples movement(double (*course)(double), double onset_s, double duration_s, double end_s) {
  Samples samples;
  for (double t = -0.1; t < end_s; t += 0.002) {
    const double phase = std::fmin(1.0, std::fmax(0.0, (t - onset_s) / duration_s));
    samples.time_s.push_back(t);
    samples.values.push_back(0.03 + 0.5 * course(phase));
  }
  return samples;
}

TEST(FlankFit, FindsTheBeginningOfEachCourseExactly) {
  for (auto* course : {minimum_jerk, cosine, line}) {
    for (const double duration_s : {0.05, 0.12, 0.3}) {
      const Samples samples = movement(course, 0.147, duration_s, 0.147 + duration_s);
      const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
      ASSERT_TRUE(flank);
      EXPECT_NEAR(flank->onset_s, 0.147, 0.0015) << duration_s;
      EXPECT_NEAR(flank->level, 0.03, 0.005);
    }
  }
}

TEST(FlankFit, FindsTheBeginningOfAMovementThatIsCutShort) {
  const Samples samples = movement(minimum_jerk, 0.2, 0.25, 0.4);
  const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
  ASSERT_TRUE(flank);
  EXPECT_NEAR(flank->onset_s, 0.2, 0.003);
}

TEST(FlankFit, NoiseMovesTheOnsetByFewMilliseconds) {
  double sum_of_squares = 0.0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    synthesis::Random random(seed, 1);
    Samples samples = movement(minimum_jerk, 0.2, 0.2, 0.4);
    for (double& value : samples.values) value += 0.02 * random.normal();
    const auto flank = fit_flank(samples.time_s, samples.values, 0.0);
    ASSERT_TRUE(flank);
    sum_of_squares += (flank->onset_s - 0.2) * (flank->onset_s - 0.2);
  }
  EXPECT_LT(std::sqrt(sum_of_squares / 50.0), 0.010);
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
  const std::vector<double> missing(50, std::nan(""));
  EXPECT_FALSE(fit_flank(time_s, missing, 0.0));
}

}  // namespace
}  // namespace eyelid::conditioning
