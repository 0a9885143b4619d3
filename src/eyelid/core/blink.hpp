// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "eyelid/core/per_eye.hpp"

namespace eyelid {

/// A lid at this FEC or above counts as shut, and a blink that reaches it as Full: four fifths
/// closed, the limit of P80 (Wierwille 1994).
inline constexpr float kFullClosure = 0.8f;

enum class BlinkKind { Full, Partial };

// As the files spell it.
inline std::string_view name_of(BlinkKind kind) {
  return kind == BlinkKind::Full ? "full" : "partial";
}

/// One closing and opening of one eye. Row of blinks.csv.
struct Blink {
  Eye eye = Eye::Right;
  std::int64_t onset_frame = 0;
  std::int64_t peak_frame = 0;
  std::int64_t offset_frame = 0;
  double onset_s = 0.0;
  double peak_s = 0.0;  // time of greatest closure
  double offset_s = 0.0;
  float amplitude = 0.0f;  // greatest FEC minus the level before onset
  float peak_fec = 0.0f;
  BlinkKind kind = BlinkKind::Full;
  float closing_ms = 0.0f;     // onset to peak
  float opening_ms = 0.0f;     // peak to offset
  float half_width_ms = 0.0f;  // time above half the amplitude
  /// A gap, or an end of the recording, hides a part: times and durations are of what was seen.
  bool is_cut = false;
};

}  // namespace eyelid
