// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/core/calibration.hpp"
#include "eyelid/core/per_eye.hpp"
#include "eyelid/pipeline/session_results.hpp"
#include "eyelid/pipeline/track_session.hpp"

namespace eyelid::pipeline {

/// Eye aspect ratios of any origin, to be made closure.
struct ClosureRequest {
  std::string name;              // of the trace, for session.json
  std::filesystem::path folder;  // for the results; created when absent
  std::vector<double> time_s;    // finite, strictly increasing
  /// As long as `time_s`, or empty: an eye that was not measured. kNotAvailable: not in that frame.
  PerEye<std::vector<float>> ear;
  closure::ClosureOptions options;
  Calibration conditions;  // noted with levels found here, as far as given
  RowObserver observer;    // without landmarks
};

/// FEC and blinks of a trace, by the rules of `track`: frames.csv, blinks.csv, and session.json of
/// a run that the caller commits.
///
/// Throws InputError: no frame, arrays of different lengths, times that are not finite or do not
/// increase.
TrackedSession closure_session(const ClosureRequest& request,
                               const SessionResults::Progress& progress);

}  // namespace eyelid::pipeline
