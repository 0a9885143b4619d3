// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

namespace eyelid::conditioning {

/// When a closing movement began, and how sure that is.
struct FlankOnset {
  double onset_s = 0.0;
  double error_s = 0.0;   // half the width of the central 68 %
  double variance = 0.0;  // mean square of the residuals of the best course
};

/// Dates the beginning of a rise from a quiet stretch and the first part of the rise, without
/// taking any one shape for granted.
///
/// Seven courses compete (lid_course.hpp), each with free onset, duration, level, and amplitude.
/// Each onset weighs by the residuals that it leaves (likelihood ratio to the power of the number
/// of independent samples, which follows from their correlation) and by how common its course is;
/// the result is the median over all courses.
///
/// `time_s` increases; `values` are finite. The onset lies between `earliest_s` and the last
/// sample. Nothing with fewer than 6 samples or without a rise.
std::optional<FlankOnset> fit_flank(std::span<const double> time_s,
                                    std::span<const double> values,
                                    double earliest_s);

}  // namespace eyelid::conditioning
