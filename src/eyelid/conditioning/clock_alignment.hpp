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

/// A sync LED in the picture.
struct LedOnsets {
  double off = 0.0;  // gray level
  double on = 0.0;
  double threshold = 0.0;
  std::vector<double> onsets_s;  // first frame above the threshold: late by up to one frame
  int flickers = 0;              // short dark spells that are no end
};

/// A lamp that is dark for at most this long is still on: pulse-width modulation and mains flicker
/// have dark spells of milliseconds, which a camera stretches to some frames.
inline constexpr double kFlicker_s = 0.05;

/// Onsets of an LED that is off most of the time, from the mean gray level of its region per frame.
/// Off is the median level, on the highest that two consecutive frames reach; the threshold lies
/// halfway, and the LED counts as off again below a quarter, for more than `flicker_s` and one
/// frame. Throws InputError when on and off differ by less than 8 gray levels or 6 robust SD.
LedOnsets find_led_onsets(std::span<const double> time_s,
                          std::span<const float> level,
                          double flicker_s = kFlicker_s);

}  // namespace eyelid::conditioning
