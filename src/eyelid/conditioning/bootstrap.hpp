// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "eyelid/core/trial_score.hpp"

namespace eyelid::conditioning {

/// Bounds of a mean; kNoFigure with fewer than two values.
struct ConfidenceInterval {
  double low = kNoFigure;
  double high = kNoFigure;
};

/// 95 % confidence interval of the mean by the percentile bootstrap (Efron & Tibshirani 1993,
/// chapter 13): 10,000 samples with replacement from a fixed seed, the same for any order of the
/// values and on every processor. Values that are not finite are left out. With fewer than about
/// ten values the interval is too narrow, as the method is known to be.
ConfidenceInterval bootstrap_interval(std::span<const double> values);

}  // namespace eyelid::conditioning
