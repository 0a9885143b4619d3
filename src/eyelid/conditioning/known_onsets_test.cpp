// SPDX-License-Identifier: MIT
// Responses of ten shapes with pink noise, drift, alpha responses, and blinks, at 120 to 500
// frames/s. The method was tuned on seeds 50001 to 50006, without the cubic and the damped course,
// and in a last step with a look at these; docs/conditioning.md has the figures of fresh ones.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/conditioning/shaped_trials_testing.hpp"
#include "eyelid/core/statistics.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

constexpr std::uint64_t kFirstSeed = 730001;
constexpr int kSessions = 12;  // of each shape
constexpr std::array<double, 6> kFramesPerSecond{120.0, 150.0, 240.0, 300.0, 420.0, 500.0};
constexpr double kCriterion = 0.1;
constexpr double kUndecided = 0.03;  // a closure at the US this near the criterion proves nothing

struct Findings {
  std::vector<double> errors_ms;
  std::vector<double> absolute_ms;
  int covered = 0;  // by the interval of 68 %
  std::vector<double> amplitude_errors;
  int decided = 0;
  int agreed = 0;
  int timed = 0;
  int timed_found = 0;
  int alphas_alone = 0;
  int alphas_called_cr = 0;
  int rejected = 0;
};

ShapedSessionPlan plan_of(LidShape shape, int session) {
  ShapedSessionPlan plan;
  plan.seed =
      kFirstSeed + 100 * static_cast<std::uint64_t>(shape) + static_cast<std::uint64_t>(session);
  plan.shape = shape;
  plan.trials = 50;
  synthesis::Random random(plan.seed, 7);
  plan.frames_per_s = kFramesPerSecond[static_cast<std::size_t>(session) % kFramesPerSecond.size()];
  plan.noise = random.uniform(0.003, 0.025);
  plan.drift_per_s = 0.03;
  plan.min_rise_s = 0.06;
  plan.max_rise_s = 0.3;
  plan.min_amplitude = 0.12;
  plan.alpha_share = 0.3;
  return plan;
}

void compare(const ShapedTrial& truth, const TrialScore& score, Findings& found) {
  if (score.verdict == Verdict::Rejected) {
    ++found.rejected;
    return;
  }
  const bool is_timed = truth.amplitude_at_us > kCriterion;
  if (!truth.response || std::abs(truth.amplitude_at_us - kCriterion) > kUndecided) {
    ++found.decided;
    found.agreed += is_timed == score.is_timed_cr();
    found.timed += is_timed;
    found.timed_found += is_timed && score.is_timed_cr();
  }
  if (truth.has_alpha && !truth.response) {
    ++found.alphas_alone;
    found.alphas_called_cr += score.is_timed_cr();
  }
  if (!truth.response || score.verdict != Verdict::Cr) return;
  const double error_ms =
      score.cr_onset_ms - 1000.0 * (truth.response->onset_s - *truth.trial.cs_onset_s);
  found.errors_ms.push_back(error_ms);
  found.absolute_ms.push_back(std::abs(error_ms));
  found.covered += std::abs(error_ms) <= score.cr_onset_error_ms;
  found.amplitude_errors.push_back(std::abs(score.cr_amplitude - truth.largest_before_us));
}

void score_known(LidShape shape, Findings& one, Findings& all) {
  for (int i = 0; i < kSessions; ++i) {
    const ShapedSession session = shaped_session(plan_of(shape, i));
    std::vector<TrialRow> rows;
    for (const ShapedTrial& trial : session.trials) {
      rows.push_back({trial.trial, trial.trial.number + 1});
    }
    const SessionScores scores = score_session(session.trace, rows, load_preset("human"));
    for (std::size_t k = 0; k < session.trials.size(); ++k) {
      const TrialScore& score = scores.scores[kScoredEyes.size() * k + kMeanOfEyes];
      compare(session.trials[k], score, one);
      compare(session.trials[k], score, all);
    }
  }
}

void report(const std::string& what, const Findings& found) {
  std::printf("%-14s %4zu onsets: error median %5.1f ms, bias %5.1f ms, 90 %% under %5.1f ms\n",
              what.c_str(),
              found.errors_ms.size(),
              median_of(found.absolute_ms),
              median_of(found.errors_ms),
              quantile_of(found.absolute_ms, 0.9));
}

TEST(KnownOnsets, OfEveryShapeAreFound) {
  Findings all;
  for (const LidShape shape : kLidShapes) {
    Findings one;
    score_known(shape, one, all);
    report(std::string(name_of(shape)), one);
    EXPECT_LE(median_of(one.absolute_ms), shape == LidShape::MinimumJerk ? 5.0 : 11.0)
        << name_of(shape);
    EXPECT_LE(quantile_of(one.absolute_ms, 0.9), 45.0) << name_of(shape);
  }
  report("all", all);
  EXPECT_LE(median_of(all.absolute_ms), 8.0);
  EXPECT_LE(std::abs(median_of(all.errors_ms)), 5.0);
  EXPECT_LE(quantile_of(all.absolute_ms, 0.9), 35.0);
  const double covered =
      static_cast<double>(all.covered) / static_cast<double>(all.errors_ms.size());
  const double agreed = static_cast<double>(all.agreed) / all.decided;
  std::printf(
      "the true onset lies within its uncertainty in %.0f %% of the trials\n"
      "CR at the US or not: %d of %d as known (%.2f %%), true ones kept: %d of %d; rejected: %d\n"
      "alpha responses without a CR called a CR at the US: %d of %d; amplitude error, median: "
      "%.4f\n",
      100.0 * covered,
      all.agreed,
      all.decided,
      100.0 * agreed,
      all.timed_found,
      all.timed,
      all.rejected,
      all.alphas_called_cr,
      all.alphas_alone,
      median_of(all.amplitude_errors));
  EXPECT_NEAR(covered, 0.68, 0.12);
  EXPECT_GE(agreed, 0.98);
  // Those lost are dying away at the US: 10 % closed, but less than 40 % of their peak.
  EXPECT_GE(all.timed_found, 0.985 * all.timed);
  EXPECT_LE(all.alphas_called_cr, 0.03 * all.alphas_alone);
  EXPECT_LE(median_of(all.amplitude_errors), 0.01);
  EXPECT_EQ(all.rejected, 0);
}

}  // namespace
}  // namespace eyelid::conditioning
