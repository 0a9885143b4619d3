// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eyelid/closure/binocular_blink_finder.hpp"

namespace eyelid::evaluation {

/// A trace to compare.
struct ClosureTrace {
  std::string name;  // the file, for error messages
  std::vector<closure::ClosureRow> rows;
};

/// How well a measured trace agrees with the true one. Figures without data are empty.
struct ClosureComparison {
  std::int64_t frames = 0;      // frames with at least one eye compared
  std::int64_t eye_frames = 0;  // one eye in one frame: what rmse, mae and correlation run over
  double coverage = 0.0;        // eye_frames as a share of those with true FEC
  std::optional<double> rmse;
  std::optional<double> mae;
  std::optional<double> bias;         // mean of measured - true
  std::optional<double> correlation;  // Pearson

  std::int64_t true_blinks = 0;      // counted, both eyes together
  std::int64_t measured_blinks = 0;  // counted
  std::int64_t matched_blinks = 0;
  std::int64_t borderline_blinks = 0;  // not counted: see below
  std::optional<double> blink_precision;
  std::optional<double> blink_recall;
  std::optional<double> blink_f1;
  std::optional<double> onset_error_ms_median;  // of |measured - true| over matched blinks
  std::optional<double> onset_error_ms_p95;
};

/// Blinks whose peaks are this close may be one even when their intervals do not overlap.
inline constexpr double kPeakTolerance_s = 0.050;
/// An unmatched blink with an amplitude below this is neither a miss nor a false one: on the other
/// trace it may lie just under the smallest amplitude (kMinAmplitude) that makes a blink.
inline constexpr float kBorderlineAmplitude = 0.3f;

/// Compares two traces of one recording, frame by frame (aligned by frame number) and blink by
/// blink.
///
/// Blinks are found on either trace by the same definition (closure::find_blinks), each eye by
/// itself, and matched one to one: pairs that overlap or whose peaks lie within kPeakTolerance_s,
/// most overlap first. Counts of both eyes are pooled. A constant offset between the clocks (a
/// container that starts late) is removed.
///
/// Errors: InputError when a trace is empty or not in order of frame and time, when the measured
/// one has frames the true one lacks, when their clocks drift apart by more than half a frame, or
/// when no frame has FEC in both.
ClosureComparison compare_closure(const ClosureTrace& truth, const ClosureTrace& measured);
/// The same of two files. Throws InputError as the readers do, too.
ClosureComparison compare_closure_files(const std::filesystem::path& truth_csv,
                                        const std::filesystem::path& frames_csv);

}  // namespace eyelid::evaluation
