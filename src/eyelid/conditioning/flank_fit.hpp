// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>

namespace eyelid::conditioning {

/// A smooth closing movement: level + amplitude * shape((t - onset) / duration).
struct Flank {
  double onset_s = 0.0;
  double duration_s = 0.0;
  double level = 0.0;      // before the movement
  double amplitude = 0.0;  // may continue beyond the last sample
  double error = 0.0;      // root mean square of the residuals
};

/// Finds when a movement began by fitting the rise of a trace by least squares.
///
/// A lid starts so gently that a threshold is crossed tens of milliseconds late, the later the
/// smaller and slower the movement: 10 % of a minimum-jerk movement of 200 ms comes 49 ms after its
/// start. The fit uses the whole flank instead. The course is that of minimum jerk (Flash & Hogan
/// 1985); half a cosine or a straight line is used where its residual is a fifth smaller.
///
/// `time_s` increases; values that are not finite are skipped. The onset is searched between
/// `earliest_s` and the last sample. Nothing with fewer than 8 finite samples or without a rise.
std::optional<Flank> fit_flank(std::span<const double> time_s,
                               std::span<const double> values,
                               double earliest_s);

}  // namespace eyelid::conditioning
