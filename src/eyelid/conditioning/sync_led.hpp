// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eyelid/files/record_spool.hpp"

namespace eyelid::conditioning {

/// The region of the sync LED in one frame.
struct LedSample {
  double time_s = 0.0;
  float level = 0.0f;  // mean gray level, 0 .. 255
};
using LedSpool = files::RecordSpool<LedSample>;

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

/// Onsets of an LED that is off most of the time, from all frames in order of time. Off is the
/// median level (to 1/64), on the highest that two consecutive frames reach; the threshold lies
/// halfway, and the LED counts as off again below a quarter, for more than `flicker_s` and one
/// frame. Memory does not grow with the recording, but for the onsets. Throws InputError when on
/// and off differ by less than 8 gray levels or 6 robust SD, and as RecordSpool.
LedOnsets find_led_onsets(LedSpool& samples, double flicker_s = kFlicker_s);

}  // namespace eyelid::conditioning
