// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/trial_calibration.hpp"

#include <gtest/gtest.h>

#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

// Six trials: rest at 0.1, reflexes of 0.5 (partial) and 0.8.
std::pair<SessionTrace, std::vector<TrialRow>> session() {
  ConstructedTrace trace(0.002, 30.0, 0.1);
  std::vector<TrialRow> rows;
  for (int n = 0; n < 6; ++n) {
    const double cs = 2.0 + 4.0 * n;
    trace.fill(cs + 0.45, cs + 0.55, n < 2 ? 0.5 : 0.8);
    rows.push_back({paired(n + 1, cs, cs + 0.4), n + 2});
  }
  return {trace.trace(), rows};
}

TEST(TrialCalibration, LevelsComeFromRestBeforeTheCsAndTheDeeperReflexes) {
  const auto [trace, rows] = session();
  const TrialLevels found = levels_from_trials(trace, ScoredEye::Right, rows);
  EXPECT_NEAR(found.rest, 0.1, 1e-6);
  EXPECT_NEAR(found.closed, 0.8, 1e-6);
  EXPECT_EQ(found.us_trials, 6);
  // EAR 0.30 at FEC 0, 0.06 at 1: rest is 0.276, closed 0.108.
  const EyeLevels levels = calibrated({0.30f, 0.06f}, found, ScoredEye::Right);
  EXPECT_NEAR(levels.open_ear, 0.276, 1e-6);
  EXPECT_NEAR(levels.closed_ear, 0.108, 1e-6);
  EXPECT_NEAR(recalibrated(0.1, {0.30f, 0.06f}, levels), 0.0, 1e-6);
  EXPECT_NEAR(recalibrated(0.8, {0.30f, 0.06f}, levels), 1.0, 1e-6);
  EXPECT_NEAR(recalibrated(0.45, {0.30f, 0.06f}, levels), 0.5, 1e-6);
}

TEST(TrialCalibration, RefusesTooFewTrialsAndEyesThatDoNotMove) {
  TrialLevels found{0.0, 1.0, 4, 4};
  EXPECT_THROW(calibrated({0.3f, 0.06f}, found, ScoredEye::Left), InputError);
  found = {0.5, 0.6, 10, 10};
  EXPECT_THROW(calibrated({0.3f, 0.06f}, found, ScoredEye::Left), InputError);
  found = {0.0, 0.1, 10, 2};  // too few US: the closed level stays
  EXPECT_FLOAT_EQ(calibrated({0.3f, 0.06f}, found, ScoredEye::Left).closed_ear, 0.06f);
}

TEST(TrialCalibration, OtherConditionsAndLevelsThatDoNotFitAreNamed) {
  Calibration used;
  used.glasses = "yes";
  used.subject = "S01";
  Calibration recording;
  recording.glasses = "no";
  recording.subject = "S01";
  const TrialLevels fits{0.02, 0.98, 10, 10};
  EXPECT_EQ(calibration_mismatches(used, recording, fits, fits).size(), 1u);
  const TrialLevels shifted{0.2, 1.4, 10, 10};
  const auto warnings = calibration_mismatches(used, recording, shifted, fits);
  ASSERT_EQ(warnings.size(), 3u);
  EXPECT_NE(warnings[0].find("glasses"), std::string::npos);
  EXPECT_NE(warnings[1].find("0.20"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::conditioning
