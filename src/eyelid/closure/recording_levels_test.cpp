// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <random>

#include "eyelid/closure/closure_analysis.hpp"
#include "eyelid/closure/level_warnings.hpp"
#include "eyelid/closure/still_lid.hpp"
#include "eyelid/closure/trace_testing.hpp"

namespace eyelid::closure {
namespace {

ClosureSummary summary_of(const std::vector<ClosureInput>& records,
                          const ClosureOptions& options = {}) {
  TraceSpool trace = spool_of(records);
  return analyze_closure(
      trace, options, [](const EyelidSample&) {}, [](const Blink&) {});
}

/// A blink every three seconds, of depths between the two.
MadeTrace blinks_between(double shallowest, double deepest, std::uint32_t seed) {
  MadeTrace made;
  made.frames_per_second = 100.0;
  made.duration_s = 60.0;
  made.noise_ear = 0.004;
  made.seed = seed;
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> depth(shallowest, deepest);
  for (double start_s = 2.0; start_s < 58.0; start_s += 3.0) {
    made.blinks.push_back({.start_s = start_s, .amplitude = depth(random)});
  }
  return made;
}

int sentences_with(const std::vector<std::string>& warnings, const std::string& text) {
  return static_cast<int>(std::ranges::count_if(warnings, [&](const std::string& warning) {
    return warning.find(text) != std::string::npos;
  }));
}

void expect_stated(const ClosureSummary& summary, float closed_ear) {
  const LevelOrigin& origin = summary.calibration.closed_origin.right;
  EXPECT_EQ(origin.source, LevelSource::Estimated);
  ASSERT_TRUE(origin.interval.has_value());
  EXPECT_LE(origin.interval->low, closed_ear);
  EXPECT_GE(origin.interval->high, closed_ear);
  EXPECT_EQ(sentences_with(summary.warnings, "right eye's closed level is estimated"), 1);
}

TEST(RecordingLevels, PartialBlinksAreNotTakenForFullWithoutAWord) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    const MadeTrace made = blinks_between(0.60, 0.85, seed);
    const ClosureSummary summary = summary_of(made.records());
    expect_stated(summary, 0.05f);
    const EyeLevels& levels = summary.calibration.levels.right;
    EXPECT_LT((levels.open_ear - 0.05f) / (levels.open_ear - levels.closed_ear), 1.25f);
  }
}

TEST(RecordingLevels, EqualPartialBlinksAreNotTakenForFullEither) {
  for (const double depth : {0.60, 0.70, 0.80, 0.85}) {
    SCOPED_TRACE(depth);
    expect_stated(summary_of(blinks_between(depth, depth, 1).records()), 0.05f);
  }
}

TEST(RecordingLevels, FullBlinksAreMeasured) {
  for (const double closed_ear : {0.01, 0.02, 0.05}) {
    MadeTrace made = blinks_between(0.6, 1.0, 2);
    made.closed_ear = closed_ear;
    made.blinks = made_blinks(made.duration_s, 4);
    const ClosureSummary summary = summary_of(made.records());
    EXPECT_EQ(summary.calibration.closed_origin.right.source, LevelSource::Measured) << closed_ear;
    EXPECT_NEAR(summary.calibration.levels.right.closed_ear, closed_ear, 0.012) << closed_ear;
    EXPECT_TRUE(summary.warnings.empty()) << summary.warnings.front();
  }
}

TEST(RecordingLevels, ALidHeldShutIsMeasured) {
  MadeTrace made;
  made.blinks = {{.start_s = 4.0, .hold_s = 0.4}};
  EXPECT_EQ(summary_of(made.records()).calibration.closed_origin.left.source,
            LevelSource::Measured);
  made.blinks = {{.start_s = 4.0}};
  expect_stated(summary_of(made.records()), 0.05f);
}

TEST(RecordingLevels, LidsThatDroopMostOfTheTimeDoNotMoveTheOpenLevel) {
  for (const double droop : {0.25, 0.35, 0.45}) {
    MadeTrace made;
    made.frames_per_second = 100.0;
    made.duration_s = 60.0;
    made.noise_ear = 0.005;
    made.blinks = {{.start_s = 10.0, .amplitude = droop, .hold_s = 20.0},
                   {.start_s = 12.0},
                   {.start_s = 35.0, .amplitude = droop, .hold_s = 20.0},
                   {.start_s = 40.0}};
    const ClosureSummary summary = summary_of(made.records());
    EXPECT_NEAR(summary.calibration.levels.right.open_ear, 0.30f, 0.004f) << droop;
    EXPECT_EQ(summary.calibration.open_origin.right.source, LevelSource::Estimated);
    EXPECT_EQ(sentences_with(summary.warnings, "right eye's open level is estimated"), 1);
    EXPECT_EQ(sentences_with(summary.warnings, "FEC of the right eye"), 0);
  }
}

TEST(RecordingLevels, FecBeyondTheLevelsWarnsWhenItLasts) {
  MadeTrace made;
  made.blinks = {{.start_s = 3.0, .hold_s = 0.2}};
  std::vector<ClosureInput> records = made.records();
  ClosureOptions options;
  options.calibration = Calibration{};
  options.calibration->levels = {{0.30f, 0.12f}, {0.22f, 0.05f}};
  const ClosureSummary summary = summary_of(records, options);
  EXPECT_EQ(sentences_with(summary.warnings, "FEC of the right eye is above 1.2 for 0."), 1);
  EXPECT_EQ(sentences_with(summary.warnings, "FEC of the left eye is below -0.3 for 9."), 1);
  FecRangeWatch watch;
  for (int i = 0; i < 500; ++i) watch.add(0.01 * i, i < 10 ? 1.3f : 0.0f);
  EXPECT_TRUE(watch.warnings(Eye::Right, 0.01).empty()) << "a moment";
  watch.add(5.0, 1.4f);
  EXPECT_EQ(watch.warnings(Eye::Right, 0.01).size(), 1u);
}

TEST(RecordingLevels, AnEstimateStaysOneInACalibrationFile) {
  ClosureOptions options;
  options.calibration = summary_of(blinks_between(0.60, 0.85, 3).records()).calibration;
  for (const Eye eye : kEyes) options.calibration->closed_origin[eye].source = LevelSource::Given;
  const ClosureSummary summary = summary_of(blinks_between(0.60, 0.85, 4).records(), options);
  EXPECT_EQ(summary.calibration.closed_origin.right.source, LevelSource::Given);
  EXPECT_EQ(sentences_with(summary.warnings,
                           "right eye's closed level in the calibration file was only estimated"),
            1);
}

TEST(StillLid, IsHeldOnlyWhereItKeepsItsHeightForLongEnough) {
  const auto deepest = [](double held_s, double gap_at_s) {
    StillLid lid;
    for (int i = 0; i < 100; ++i) {
      const double time_s = 0.01 * i;
      const bool is_down = time_s >= 0.3 && time_s < 0.3 + held_s;
      lid.push({i, time_s, is_down ? 0.9f : 0.0f}, time_s == gap_at_s);
    }
    return lid.deepest();
  };
  EXPECT_NEAR(deepest(0.20, -1.0), 0.9f, 0.01f);
  EXPECT_NEAR(deepest(0.12, -1.0), 0.0f, 0.01f) << "only while open";
  EXPECT_NEAR(deepest(0.20, 0.01 * 40), 0.0f, 0.01f) << "a gap in between";
}

}  // namespace
}  // namespace eyelid::closure
