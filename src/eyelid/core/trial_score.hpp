// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eyelid/core/trial.hpp"

namespace eyelid {

/// Closure trace a trial is judged on; Mean is the mean of the valid eyes.
enum class ScoredEye { Right, Left, Mean };
inline constexpr std::array<ScoredEye, 3> kScoredEyes{
    ScoredEye::Right, ScoredEye::Left, ScoredEye::Mean};
/// Its place in them.
inline constexpr std::size_t kMeanOfEyes = 2;

/// Rejected: not fit to be judged, for the reason given. NotApplicable: no CS, so no CR is possible
/// (US alone, blank).
enum class Verdict { Cr, NoCr, Rejected, NotApplicable };

/// When a CR was there. AtUs: the lid was still closed when the US came (or would have come), as a
/// CR is timed. EarlyOnly: it had opened again, as after a startle. None: no CR.
enum class CrGrade { None, EarlyOnly, AtUs };

/// What makes a trial doubtful; it is scored all the same.
namespace trial_flag {
inline constexpr std::string_view kSpontaneousBlink = "spontaneous_blink";
inline constexpr std::string_view kVoluntarySuspect = "voluntary_suspect";
inline constexpr std::string_view kOnsetAtWindowEdge = "onset_at_window_edge";
}  // namespace trial_flag

/// "right", "left", "mean"; "cr", "no_cr", "rejected", "not_applicable": the words of the files.
std::string_view name_of(ScoredEye eye);
std::string_view name_of(Verdict verdict);
/// "none", "early_only", "at_us"
std::string_view name_of(CrGrade grade);
std::optional<ScoredEye> scored_eye_from_name(std::string_view name);
std::optional<Verdict> verdict_from_name(std::string_view name);

inline constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

/// What was found in one trial of one eye. Row of trial_scores.csv. Latencies are milliseconds
/// after CS onset (after US onset for the UR), closures FEC; kNoFigure where there is none.
struct TrialScore {
  Trial trial;
  ScoredEye eye = ScoredEye::Mean;
  Verdict verdict = Verdict::NotApplicable;  // computed
  std::string reason;                        // the numbers that led to it, as a sentence
  std::optional<Verdict> label;              // a person's, from labels.csv; overrules, kept apart
  std::string comment;                       // of that person
  std::string grade;                         // "good", "poor" where the preset grades CRs

  CrGrade cr_grade = CrGrade::None;  // computed
  std::vector<std::string> flags;    // of trial_flag

  double us_s = kNoFigure;  // US onset, or where it would have been (CS alone)
  double isi_ms = kNoFigure;
  double baseline = kNoFigure;
  double baseline_sd = kNoFigure;
  double criterion = kNoFigure;     // amplitude a CR must exceed
  double cr_amplitude = kNoFigure;  // above baseline, in the preset's window; also without a CR
  double cr_onset_ms = kNoFigure;
  double cr_onset_error_ms = kNoFigure;  // half the width of its central 68 %
  double cr_crossing_ms = kNoFigure;     // first sample above max(5 SD, 10 % of the amplitude)
  double cr_peak_latency_ms = kNoFigure;
  double amplitude_at_us = kNoFigure;  // above baseline
  double ur_peak = kNoFigure;          // greatest FEC, not above baseline
  double ur_peak_latency_ms = kNoFigure;
  double ur_above_pre_us = kNoFigure;  // the UR above the mean right before the US (preset at_us)
  double peak_velocity = kNoFigure;    // greatest closing before the US, FEC/s
  double cr_peak_from_us_ms = kNoFigure;  // cr_peak_latency_ms after the US; negative before it
  /// Of the same rule one ISI earlier; nothing without a CS or too close to the trial before.
  std::optional<Verdict> verdict_before_cs;
  bool has_alpha = false;
  double alpha_amplitude = kNoFigure;
  double missing_share = kNoFigure;       // 0 .. 1 of the time from baseline to US
  double interpolated_share = kNoFigure;  // of the samples there
  bool is_onset_interpolated = false;     // filled frames within 20 ms of the onset

  /// What counts: the person's verdict where there is one.
  Verdict final_verdict() const { return label ? *label : verdict; }
  /// Counts for the percentage of CRs: timed to the US, or a CR by a person's verdict.
  bool is_timed_cr() const {
    return label ? *label == Verdict::Cr : verdict == Verdict::Cr && cr_grade == CrGrade::AtUs;
  }
  void add_flag(std::string_view flag) {
    if (std::ranges::find(flags, flag) == flags.end()) flags.emplace_back(flag);
  }
};

/// One thing that is wrong with a row of trials.csv, named so that it can be found.
struct TrialProblem {
  std::int64_t line = 0;  // of the file; 0: not from a file
  int trial = 0;          // its number
  std::string what;       // "starts at 18.2 s, but the recording ends at 15.0 s"
};

/// A trial and the line of its file.
struct TrialRow {
  Trial trial;
  std::int64_t line = 0;
};

}  // namespace eyelid
