// SPDX-License-Identifier: MIT
#include "eyelid/core/statistics.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace eyelid {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Statistics, MeanAndStandardDeviationSkipWhatIsNotFinite) {
  const std::vector<double> values{2.0, kNan, 4.0, HUGE_VAL, 9.0};
  EXPECT_DOUBLE_EQ(mean_of(values), 5.0);
  EXPECT_DOUBLE_EQ(stddev_of(values), std::sqrt(13.0));  // (9 + 1 + 16) / 2
  EXPECT_TRUE(std::isnan(mean_of({})));
  EXPECT_TRUE(std::isnan(stddev_of(std::vector<double>{3.0, kNan})));
}

TEST(Statistics, QuantilesLieBetweenRanksAsInNumpy) {
  // numpy.percentile([15, 20, 35, 40, 50], [0, 5, 30, 40, 100])
  const std::vector<double> values{40.0, 15.0, kNan, 50.0, 20.0, 35.0};
  EXPECT_DOUBLE_EQ(quantile_of(values, 0.0), 15.0);
  EXPECT_DOUBLE_EQ(quantile_of(values, 0.05), 16.0);
  EXPECT_DOUBLE_EQ(quantile_of(values, 0.3), 23.0);
  EXPECT_DOUBLE_EQ(quantile_of(values, 0.4), 29.0);
  EXPECT_DOUBLE_EQ(quantile_of(values, 1.0), 50.0);
  EXPECT_DOUBLE_EQ(median_of(values), 35.0);
  EXPECT_DOUBLE_EQ(median_of({1.0, 4.0}), 2.5);
  EXPECT_DOUBLE_EQ(median_of({7.0}), 7.0);
  EXPECT_TRUE(std::isnan(median_of({})));
  EXPECT_TRUE(std::isnan(median_of({kNan})));
}

TEST(Statistics, MedianAbsoluteDeviationIgnoresOutliers) {
  EXPECT_DOUBLE_EQ(mad_of({1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 900.0}), 1.0);
}

TEST(Statistics, NearestRankIsAValueThatOccurred) {
  // The example of the definition: 5, 30, 40, 50 and 100 % of five values.
  const std::vector<double> values{15.0, 20.0, 35.0, 40.0, 50.0};
  EXPECT_EQ(nearest_rank(values, 0.05), 15.0);
  EXPECT_EQ(nearest_rank(values, 0.30), 20.0);
  EXPECT_EQ(nearest_rank(values, 0.40), 20.0);
  EXPECT_EQ(nearest_rank(values, 0.50), 35.0);
  EXPECT_EQ(nearest_rank(values, 1.00), 50.0);
  EXPECT_EQ(nearest_rank(values, 0.0), 15.0);
  EXPECT_EQ(nearest_rank(std::vector<float>{2.0f, 1.0f}, 0.5), 1.0f);
}

TEST(Statistics, UpperMedianIsAValueThatOccurred) {
  EXPECT_EQ(upper_median(std::vector<std::int64_t>{4, 1, 2, 3}), 3);
  EXPECT_EQ(upper_median(std::vector<double>{0.3, 0.1, 0.2}), 0.2);
}

}  // namespace
}  // namespace eyelid
