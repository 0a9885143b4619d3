// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "eyelid/closure/ear_levels.hpp"
#include "eyelid/core/calibration.hpp"

namespace eyelid::closure {

/// FEC of one frame; kNotAvailable where an eye was not measured or its level is not known yet.
struct LiveFec {
  PerEye<float> eyes = kNeitherEye;
  float mean = kNotAvailable;  // of the eyes that have one
};

/// FEC while the recording runs, without knowledge of later frames.
///
/// With a calibration its levels are used. Without, the open level of an eye is OpenLevelFinder's
/// over all frames so far, updated every kFramesPerUpdate frames, and the closed level is
/// kPopulationClosedRatio of it; the first kMinMeasurements frames of an eye have no FEC. The
/// smoothing filter of analyze_closure() looks 14 ms ahead and is not applied.
///
/// Constant memory; allocates nothing. Threads: one at a time, in frame order.
class CausalClosure {
 public:
  explicit CausalClosure(const std::optional<Calibration>& calibration = std::nullopt);
  /// Ratios of the next frame, kNotAvailable where not measured.
  LiveFec next(const PerEye<float>& ear);
  /// From the next frame on, these levels are used.
  void set_levels(const Calibration& calibration);

  static constexpr std::int64_t kFramesPerUpdate = 250;

 private:
  struct EyeState {
    OpenLevelFinder open;
    EyeLevels levels;
    bool is_fixed = false;
    float fec(float ear);
  };
  PerEye<EyeState> eyes_;
};

}  // namespace eyelid::closure
