// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid::imports {

/// What a trace measures. Closure: 0 open, 1 closed. Opening: distance, area, or aspect ratio, in
/// any unit, greater when the eye is more open.
enum class Quantity { Closure, Opening };

/// A closure trace that another program has measured.
struct Trace {
  std::string format;  // "CSV table, column area", for people
  Quantity quantity = Quantity::Closure;
  std::vector<double> time_s;  // increases
  /// Right eye, left eye, an eye without a name; kNotAvailable where not measured. As long as
  /// `time_s`, or empty where the file has no such eye.
  std::array<std::vector<float>, 3> values;
  /// Film or trial that a sample belongs to, from 1; empty: one recording.
  std::vector<std::int32_t> clip;
  /// Was subtracted from every time, where they were dates.
  double origin_s = 0.0;
  /// Of files that hold trials, on the clock of `time_s`.
  std::vector<TrialRow> trials;
  std::vector<std::string> warnings;
};

/// What the user says about a trace.
struct TraceOptions {
  /// Columns by role: time, frame, closure, opening (or area, ear), each also with _right and
  /// _left. Roles that are not given are found by common names.
  std::map<std::string, std::string> columns;
  double frames_per_second = 0.0;  // of files without times; 0: not given
  /// Lid points of a pose file: "UPPER,LOWER" or "UPPER,LOWER,CORNER,CORNER", several points of one
  /// lid joined with +, a prefix "right:" or "left:" for the eye. Empty: by their names.
  std::vector<std::string> lid_points;
  double min_likelihood = 0.6;  // points below are not measured
};

/// Reads a trace: a table of numbers, points of DeepLabCut (.csv, .h5), or trials of neuroblinks
/// and Bpod (.mat), told apart by their content.
///
/// Throws InputError: one sentence with the file, what was found, and what was expected. Threads:
/// one at a time in the whole program (libhdf5).
Trace read_trace(const std::filesystem::path& path, const TraceOptions& options);

/// Parses the value of --columns, "ROLE=NAME". Throws InputError for a role it does not know.
std::map<std::string, std::string> columns_from(const std::vector<std::string>& settings);

}  // namespace eyelid::imports
