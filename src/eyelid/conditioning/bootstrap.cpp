// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "eyelid/core/statistics.hpp"

namespace eyelid::conditioning {
namespace {

constexpr int kSamples = 10000;
constexpr std::uint32_t kSeed = 20110613;  // any; fixed, so that figures can be compared
constexpr double kLow = 0.025;

}  // namespace

ConfidenceInterval bootstrap_interval(std::span<const double> values) {
  std::vector<double> sorted;
  for (const double value : values) {
    if (std::isfinite(value)) sorted.push_back(value);
  }
  if (sorted.size() < 2) return {};
  std::sort(sorted.begin(), sorted.end());
  // The generator of the standard, but not its distributions, is the same everywhere.
  std::mt19937 random(kSeed);
  std::vector<double> means;
  means.reserve(kSamples);
  for (int sample = 0; sample < kSamples; ++sample) {
    double sum = 0.0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      sum += sorted[static_cast<std::size_t>((std::uint64_t{random()} * sorted.size()) >> 32)];
    }
    means.push_back(sum / static_cast<double>(sorted.size()));
  }
  return {quantile_of(means, kLow), quantile_of(means, 1.0 - kLow)};
}

}  // namespace eyelid::conditioning
