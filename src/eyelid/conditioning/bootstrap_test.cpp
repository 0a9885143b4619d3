// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/bootstrap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

TEST(Bootstrap, OfManyValuesIsTheNormalInterval) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(static_cast<double>((i * 37) % 100));
  const ConfidenceInterval interval = bootstrap_interval(values);
  // SD of the population: the bootstrap divides by n.
  const double error = stddev_of(values) * std::sqrt(0.99) / 10.0;
  EXPECT_NEAR(interval.low, 49.5 - 1.96 * error, 0.15);
  EXPECT_NEAR(interval.high, 49.5 + 1.96 * error, 0.15);
}

TEST(Bootstrap, OfTwoValuesIsTheirRange) {
  const std::vector<double> values{10.0, 30.0};  // both twice: 1/4 each
  EXPECT_DOUBLE_EQ(bootstrap_interval(values).low, 10.0);
  EXPECT_DOUBLE_EQ(bootstrap_interval(values).high, 30.0);
}

TEST(Bootstrap, TheOrderAndWhatIsMissingDoNotMatter) {
  std::vector<double> values{31.0, 5.5, 77.25, 12.0, 48.0, 3.0};
  const ConfidenceInterval one = bootstrap_interval(values);
  EXPECT_LT(one.low, mean_of(values));
  EXPECT_GT(one.high, mean_of(values));
  std::reverse(values.begin(), values.end());
  values.insert(values.begin() + 2, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(bootstrap_interval(values).low, one.low);
  EXPECT_EQ(bootstrap_interval(values).high, one.high);
  EXPECT_TRUE(std::isnan(bootstrap_interval(std::vector<double>{4.0}).low));
}

}  // namespace
}  // namespace eyelid::conditioning
