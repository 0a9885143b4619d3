// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eyelid/core/trial_score.hpp"

namespace eyelid {

/// Consecutive trials that could have a CR (with a CS, not rejected), counted as one.
struct TrialBlock {
  int number = 0;  // 1-based, within the session
  int first_trial = 0;
  int last_trial = 0;
  int judged = 0;
  int crs = 0;                   // timed to the US
  double percent = kNoFigure;    // 100 crs / judged
  double amplitude = kNoFigure;  // mean over all judged trials, CR or not
};

/// What a session says about learning, on one eye's trace. Figures come from the final verdicts: a
/// person's where there is one.
struct SessionLearning {
  std::string folder;
  std::string subject;
  int session = 1;    // 1-based, of this subject
  std::string phase;  // "acquisition", "extinction", "reacquisition", ... or empty
  std::string group;
  ScoredEye eye = ScoredEye::Mean;

  int trials = 0;    // all
  int with_cs = 0;   // could have a CR
  int judged = 0;    // and were not rejected
  int rejected = 0;  // of those with CS
  int overruled = 0;
  int crs = 0;      // timed to the US: TrialScore::is_timed_cr()
  int crs_any = 0;  // and those that were over before it
  int alphas = 0;
  /// Of crs; of crs_any. In judged trials, or as the preset says, in with_cs.
  double percent = kNoFigure;
  double percent_any = kNoFigure;
  double amplitude_mean = kNoFigure;     // of all judged trials
  double amplitude_median = kNoFigure;   // of all judged trials
  double cr_amplitude_mean = kNoFigure;  // of CRs only, timed or not
  double onset_median_ms = kNoFigure;    // of CRs, timed or not
  double peak_latency_median_ms = kNoFigure;
  double ur_peak_mean = kNoFigure;
  /// Spontaneous closures: %CR of the same rule in the time before the CS, of so many trials.
  int judged_before_cs = 0;
  double percent_before_cs = kNoFigure;
  /// (percent - percent_before_cs) / (100 - percent_before_cs), in percent (Abbott 1925).
  double percent_corrected = kNoFigure;

  std::vector<TrialBlock> blocks_of_10;
  std::vector<TrialBlock> blocks_of_20;
  std::vector<TrialBlock> blocks_of_100;
  /// Judged trials until the criterion was met within this session.
  std::optional<int> trials_to_criterion;
};

/// The trials of a session that have one value of a condition: a column of the trial file that is
/// not ours, such as `block` or `modality`.
struct ConditionFigures {
  std::string condition;
  std::string value;
  ScoredEye eye = ScoredEye::Mean;
  int trials = 0;    // all
  int judged = 0;    // with a CS and not rejected
  int rejected = 0;  // with a CS
  int crs = 0;
  double percent = kNoFigure;
  double amplitude_mean = kNoFigure;   // of all judged trials
  double onset_median_ms = kNoFigure;  // of CRs
  double ur_peak_mean = kNoFigure;
};

/// Subjects of one group at the same session of the same phase; the subject's session is the unit.
struct LearningPoint {
  std::string group;
  std::string phase;
  int session = 1;
  int subjects = 0;
  double percent_mean = kNoFigure;
  double percent_sem = kNoFigure;     // SD / sqrt(n); none below two subjects
  double percent_ci_low = kNoFigure;  // 95 % confidence interval of the mean, bootstrap
  double percent_ci_high = kNoFigure;
  double amplitude_mean = kNoFigure;
  double amplitude_sem = kNoFigure;
  double amplitude_ci_low = kNoFigure;
  double amplitude_ci_high = kNoFigure;
};

/// When a subject had learned, over all its acquisition sessions.
struct SubjectCriterion {
  std::string subject;
  std::string group;
  std::optional<int> trials;    // judged trials until the criterion of trials was met
  std::optional<int> sessions;  // sessions until the criterion of sessions was met
};

/// Several sessions together.
struct LearningSummary {
  std::vector<SessionLearning> sessions;  // in the order given
  std::vector<LearningPoint> points;
  std::vector<SubjectCriterion> subjects;
};

}  // namespace eyelid
