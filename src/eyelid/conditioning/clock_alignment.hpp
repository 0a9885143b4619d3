// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace eyelid::conditioning {

/// Maps the clock of an event log to that of the video: video = offset + (1 + drift) log.
struct ClockFit {
  double offset_s = 0.0;
  double drift = 0.0;   // 50e-6: the video's clock gains 50 microseconds a second
  double rms_ms = 0.0;  // of the residuals
  double max_ms = 0.0;
  std::vector<std::pair<double, double>> residuals_ms;  // time in the video (s), video - fit
  int log_pulses = 0;
  bool is_ambiguous = false;  // another shift fits as many pulses: they are evenly spaced

  double video_time(double log_s) const { return offset_s + (1.0 + drift) * log_s; }
};

/// Finds offset and drift from pulses seen on both clocks, in order, some of them missing on either
/// side. The shift with the most matches within 25 ms near an anchor is extended outward and
/// refitted by least squares as it grows, so that it follows a drift of up to 0.1 %.
///
/// Throws InputError naming `file`, where the log's pulses are from, when fewer than 3 pulses, or
/// fewer than half of the rarer side, match.
ClockFit align_clocks(std::span<const double> log_s,
                      std::span<const double> video_s,
                      const std::string& file);

}  // namespace eyelid::conditioning
