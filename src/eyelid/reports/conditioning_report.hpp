// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eyelid/core/aligned_traces.hpp"
#include "eyelid/core/session_learning.hpp"
#include "eyelid/core/trial_score.hpp"
#include "eyelid/films/eye_crop.hpp"

namespace eyelid::reports {

/// The eyes at one moment of a trial.
struct TrialPicture {
  std::string label;  // "before the CS", "at the US", ...
  films::EyeCrop crop;
  std::int64_t frame = 0;
  double time_s = 0.0;
  float fec = kNotAvailable;
};

/// How trial times were aligned to the video clock, if they were.
struct ClockAlignmentReport {
  std::string text;  // the result as a sentence
  std::vector<float> brightness_time_s;
  std::vector<float> brightness;  // mean gray level of the sync region; a curve to be drawn
  double threshold = 0.0;
  std::vector<double> onsets_s;
  std::vector<std::pair<double, double>> residuals_ms;  // video time (s), video - fit (ms)
};

/// Everything conditioning.html shows; what spans and pointers refer to must outlive the writing.
struct ConditioningReport {
  std::string title;
  std::string folder;
  std::string preset_name;
  std::string preset_title;
  std::string preset_source;
  std::string preset_note;
  std::vector<std::pair<std::string, std::string>> rules;  // name, text
  std::array<double, 2> cr_window_ms{};  // after the CS; the end after the US where `cr_to_us`
  bool is_cr_to_us = true;
  double isi_ms = 0.0;
  double learning_percent = 80.0;
  std::span<const TrialScore> scores;         // trial by trial: right, left, mean
  std::span<const SessionLearning> learning;  // right, left, mean
  const AlignedTraces* traces = nullptr;      // null: no trace plots
  const std::map<int, std::vector<TrialPicture>>* pictures = nullptr;  // by trial number
  std::string no_pictures = "No pictures of this trial.";
  const LearningSummary* study = nullptr;  // of several sessions; null: none
  const ClockAlignmentReport* clock = nullptr;
  std::vector<std::string> warnings;
};

/// Writes conditioning.html: one file that opens from disk without a network. The same input gives
/// the same bytes.
/// Errors: as AtomicFile.
void write_conditioning_report(const std::filesystem::path& path, const ConditioningReport& report);

}  // namespace eyelid::reports
