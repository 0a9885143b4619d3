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
  double amplitude = 0.0;  // may go on behind the last sample
  double error = 0.0;      // root of the mean square of what is left
};

/// Fits the rise of a trace by least squares and so finds when the movement began.
///
/// A lid starts so gently that a threshold is crossed tens of milliseconds late, the later the
/// smaller and slower the movement: 10 % of a minimum-jerk movement of 200 ms comes 49 ms after its
/// start. The fit uses the whole flank instead. The course is that of minimum jerk (Flash & Hogan
/// 1985); half a cosine or a straight line is taken where it leaves a fifth less of the squares.
///
/// `time_s` increases; values that are not finite are passed over. The onset is looked for between
/// `earliest_s` and the last sample. Nothing with fewer than 8 finite samples or when nothing
/// rises.
std::optional<Flank> fit_flank(std::span<const double> time_s,
                               std::span<const double> values,
                               double earliest_s);

}  // namespace eyelid::conditioning
