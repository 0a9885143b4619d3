// SPDX-License-Identifier: MIT
#include "eyelid/core/statistics.hpp"

#include <limits>

namespace eyelid {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : kNone;
}

double stddev_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0.0;
  std::size_t count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    squares += (value - mean) * (value - mean);
    ++count;
  }
  return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : kNone;
}

double quantile_of(std::vector<double> values, double share) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return kNone;
  const double rank = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), place, values.end());
  if (below + 1 == values.size()) return *place;
  const double next = *std::min_element(place + 1, values.end());
  return *place + (rank - static_cast<double>(below)) * (next - *place);
}

double mad_of(std::vector<double> values) {
  const double median = median_of(values);
  for (double& value : values) value = std::abs(value - median);
  return median_of(std::move(values));
}

}  // namespace eyelid
