// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "eyelid/closure/closed_level.hpp"
#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/closure/ear_smoother.hpp"
#include "eyelid/closure/trace.hpp"
#include "eyelid/core/blink.hpp"

namespace eyelid::closure {

// The steps of analyze_closure() that come before the FEC; not for other rooms.

/// EAR of one eye as far as it can be believed, else kNotAvailable.
float measured_ear(const ClosureInput& record, Eye eye);
/// At least one eye was measured.
bool is_measured(const ClosureInput& record);

/// First pass: counts, rate, open levels.
struct Survey {
  PerEye<OpenLevelFinder> open;
  std::int64_t frames = 0;
  std::int64_t valid_frames = 0;
  std::int64_t face_lost_intervals = 0;
  double first_s = 0.0;
  double last_s = 0.0;
  double frame_interval_s = 0.0;
};
/// Throws InputError when times are not finite or do not increase.
Survey survey(TraceSpool& trace);

/// What the recording itself says about one eye; empty where it says nothing.
struct EyeBlinks {
  std::optional<OpenLevel> open;
  std::vector<DeepClosure> closures;  // the first kMaxDeepClosures
};
inline constexpr std::size_t kMaxDeepClosures = 10000;  // of eight hours of blinking
/// Second pass, once per eye.
EyeBlinks examine_eye(TraceSpool& trace,
                      const SmootherOptions& options,
                      Eye eye,
                      const Survey& surveyed);

/// Levels from the recording with their origins, and reasons where there are none.
void calibrate_from_recording(const Survey& surveyed,
                              const PerEye<EyeBlinks>& findings,
                              ClosureSummary& summary);
/// Levels from a file, with a warning where the recording measures others.
void calibrate_from_file(const Calibration& file,
                         const PerEye<EyeBlinks>& findings,
                         ClosureSummary& summary);

}  // namespace eyelid::closure
