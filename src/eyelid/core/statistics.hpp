// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace eyelid {

// Statistics of short lists. mean_of, stddev_of, quantile_of, median_of and mad_of skip values that
// are not finite and return a quiet NaN where too few are left. The order statistics that follow
// return one of their values; they take at least one value, all finite.

double mean_of(std::span<const double> values);

/// Sample standard deviation (n - 1); needs two values.
double stddev_of(std::span<const double> values);

/// Linear between ranks, `share` 0 .. 1: the default of numpy.percentile and of R (type 7 of
/// Hyndman & Fan, Am. Stat. 50, 1996). For figures a reader compares with their own.
double quantile_of(std::vector<double> values, double share);
inline double median_of(std::vector<double> values) { return quantile_of(std::move(values), 0.5); }

/// Median absolute deviation from the median.
double mad_of(std::vector<double> values);
/// Standard deviation over MAD of normally distributed values.
inline constexpr double kStddevPerMad = 1.4826;

/// The smallest value that at least this share (0 .. 1) of all values do not exceed: type 1 of
/// Hyndman & Fan. For durations: "95 % of the calls took at most this long".
template <class Value>
Value nearest_rank(std::vector<Value> values, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(std::max(rank, std::size_t{1}) - 1);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// The middle value, of an even number the upper of the two. For steps between frames: a mean of
/// two steps may be one that no camera made.
template <class Value>
Value upper_median(std::vector<Value> values) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

}  // namespace eyelid
