// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace eyelid::conditioning {

/// Butterworth low-pass of order 2, forward and backward, without a delay: scipy.signal.butter and
/// filtfilt (odd extension of 9 samples, initial state of a step). `cutoff` is a share of the frame
/// rate; one of 0.5 or more returns the values unchanged. Stretches of finite values are filtered
/// one by one, those of at most 9 samples stay as they are; NaN stays NaN.
std::vector<double> low_pass(std::span<const double> values, double cutoff);

}  // namespace eyelid::conditioning
