// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace eyelid::video {

/// Times in the names of pictures, in seconds after the first: dates with a time of day (see
/// core/clock_time.hpp), or counts of ticks that are one (clock_of_ticks() there). Empty unless
/// every name has one and they increase.
std::vector<double> stamps_in_names(const std::vector<std::string>& names);

/// The running numbers of pictures, from 0 and in units of their usual step: img_07, img_08, img_10
/// are 0, 1, 3. Empty unless the names differ only in numbers, one of which increases, mostly by
/// the same step.
std::vector<std::int64_t> numbers_in_names(const std::vector<std::string>& names);

}  // namespace eyelid::video
