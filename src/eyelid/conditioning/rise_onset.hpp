// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "eyelid/conditioning/trial_scoring.hpp"

namespace eyelid::conditioning {

/// Onset of a response, and its uncertainty.
struct RiseOnset {
  double onset_s = 0.0;
  double error_s = kNoFigure;      // half the width of the central 68 %; none of a crossing
  bool is_at_window_edge = false;  // may have begun before the window searched
};

/// Where to look for the rise.
struct RiseWindow {
  double from_s = 0.0;    // the CS, or the peak of an alpha response
  double reflex_s = 0.0;  // a step that ends in a rest is a reflex to the CS if it came before
  double peak_s = 0.0;    // of the flank: its highest closure
};

/// When the rise to a response began (onset method `flank`).
///
/// A lid starts so gently that a threshold is crossed tens of milliseconds late, the later the
/// smaller and slower the movement: 10 % of a minimum-jerk movement of 200 ms comes 49 ms after its
/// start. Here, going back from the middle of the rise, the last quiet stretch is found: where the
/// closure is lowest before it was clearly higher, as in an alpha response. That stretch and the
/// rise up to 95 %, 77.5 % or 60 % of its height are given to fit_flank(): the longest part that a
/// single movement explains as well as the shortest, so that a second step does not date the first.
/// A first step that comes right after the CS and holds is an alpha response that does not open
/// again: then the rise after its rest counts.
///
/// The onset lies between `from_s` and `peak_s`. Nothing without a rise or with too few samples for
/// a fit.
std::optional<RiseOnset> rise_onset(const EyeTrace& eye,
                                    const BaselineFigures& baseline,
                                    const RiseWindow& window);

}  // namespace eyelid::conditioning
