// SPDX-License-Identifier: MIT
#include "eyelid/closure/closure_analysis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eyelid/closure/trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::closure {
namespace {

struct Result {
  ClosureSummary summary;
  std::vector<EyelidSample> samples;
  std::vector<Blink> blinks;

  std::vector<Blink> of(Eye eye) const {
    std::vector<Blink> result;
    for (const Blink& blink : blinks) {
      if (blink.eye == eye) result.push_back(blink);
    }
    return result;
  }
};

Result analyze(const std::vector<ClosureInput>& records, const ClosureOptions& options = {}) {
  TraceSpool trace = spool_of(records);
  Result result;
  result.summary = analyze_closure(
      trace,
      options,
      [&](const EyelidSample& sample) { result.samples.push_back(sample); },
      [&](const Blink& blink) { result.blinks.push_back(blink); });
  return result;
}

MadeTrace minute_of_blinks() {
  MadeTrace made;
  made.duration_s = 60.0;
  made.noise_ear = 0.005;
  made.blinks = made_blinks(made.duration_s, 3);
  return made;
}

Calibration stored_levels(float open_ear_right) {
  Calibration calibration;
  calibration.levels.right = {open_ear_right, 0.05f};
  calibration.levels.left = {0.30f, 0.05f};
  return calibration;
}

double rmse_of(const Result& result, const MadeTrace& made) {
  double sum = 0.0;
  for (const EyelidSample& sample : result.samples) {
    const double error = sample.mean_fec - made.fec_at(sample.time_s);
    sum += error * error;
  }
  return std::sqrt(sum / static_cast<double>(result.samples.size()));
}

TEST(ClosureAnalysis, RecoversFecAndBlinksOfAMadeTrace) {
  const MadeTrace made = minute_of_blinks();
  const Result result = analyze(made.records());
  EXPECT_EQ(result.samples.size(), 30000u);
  EXPECT_LT(rmse_of(result, made), 0.015);
  EXPECT_NEAR(result.summary.calibration.levels.right.open_ear, 0.300f, 0.002f);
  EXPECT_NEAR(result.summary.calibration.levels.right.closed_ear, 0.055f, 0.008f);
  EXPECT_EQ(result.summary.calibration.closed_origin.right.source, LevelSource::Measured);
  EXPECT_NEAR(result.summary.duration_s, 59.998, 1e-6);
  EXPECT_NEAR(result.summary.frame_interval_s, 0.002, 1e-9);
  for (const Eye eye : {Eye::Right, Eye::Left}) {
    const std::vector<Blink> blinks = result.of(eye);
    ASSERT_EQ(blinks.size(), made.blinks.size());
    for (std::size_t i = 0; i < blinks.size(); ++i) {
      const MadeBlink& truth = made.blinks[i];
      EXPECT_NEAR(blinks[i].onset_s, truth.closing_crossing_s(0.1), 0.006);
      EXPECT_NEAR(blinks[i].offset_s, truth.opening_crossing_s(0.1), 0.015);
      EXPECT_NEAR(blinks[i].amplitude, truth.amplitude, 0.10);
      EXPECT_NEAR(blinks[i].half_width_ms,
                  1000.0 * (truth.opening_crossing_s(0.5) - truth.closing_crossing_s(0.5)),
                  8.0);
      EXPECT_EQ(blinks[i].kind, truth.amplitude > 0.8 ? BlinkKind::Full : BlinkKind::Partial);
    }
  }
  EXPECT_EQ(result.summary.blinks.left, static_cast<std::int64_t>(made.blinks.size()));
  EXPECT_TRUE(result.summary.warnings.empty());
}

TEST(ClosureAnalysis, FindsTheSameBlinksFrom25To1000FramesPerSecond) {
  MadeTrace made = minute_of_blinks();
  for (const double rate : {25.0, 30.0, 60.0, 120.0, 240.0, 1000.0}) {
    made.frames_per_second = rate;
    const Result result = analyze(made.records());
    const std::vector<Blink> blinks = result.of(Eye::Right);
    ASSERT_EQ(blinks.size(), made.blinks.size()) << rate << " frames/s";
    const double tolerance_s = 0.006 + 0.5 / rate;
    for (std::size_t i = 0; i < blinks.size(); ++i) {
      EXPECT_NEAR(blinks[i].onset_s, made.blinks[i].closing_crossing_s(0.1), tolerance_s) << rate;
    }
  }
}

TEST(ClosureAnalysis, DoesNotDependOnTheScaleOfTheRatios) {
  MadeTrace made = minute_of_blinks();
  made.noise_ear = 0.0;
  const Result reference = analyze(made.records());
  made.open_ear *= 0.8;
  made.closed_ear *= 0.8;
  const Result scaled = analyze(made.records());
  ASSERT_EQ(scaled.samples.size(), reference.samples.size());
  for (std::size_t i = 0; i < scaled.samples.size(); ++i) {
    ASSERT_NEAR(scaled.samples[i].mean_fec, reference.samples[i].mean_fec, 0.02);
  }
}

TEST(ClosureAnalysis, KeepsBlinksApartFromASwayingHead) {
  MadeTrace made = minute_of_blinks();
  made.drift_fec = 0.15;
  EXPECT_EQ(analyze(made.records()).of(Eye::Right).size(), made.blinks.size());
}

TEST(ClosureAnalysis, GlassesThatLiftTheClosedRatioAreMetHalfWayAndStated) {
  MadeTrace made = minute_of_blinks();
  made.closed_ear = 0.113;
  const Result result = analyze(made.records());
  EXPECT_LT(rmse_of(result, made), 0.04);
  const LevelOrigin& closed = result.summary.calibration.closed_origin.right;
  EXPECT_EQ(closed.source, LevelSource::Estimated) << "they look like partial blinks";
  EXPECT_GE(closed.interval->high, 0.113f);
}

TEST(ClosureAnalysis, BlinksComeInOrderOfOnsetAfterTheirRows) {
  const MadeTrace made = minute_of_blinks();
  TraceSpool trace = spool_of(made.records());
  double last_row_s = -1.0;
  double last_onset_s = -1.0;
  analyze_closure(
      trace,
      {},
      [&](const EyelidSample& sample) { last_row_s = sample.time_s; },
      [&](const Blink& blink) {
        EXPECT_GE(blink.onset_s, last_onset_s);
        EXPECT_GE(last_row_s, blink.offset_s);
        last_onset_s = blink.onset_s;
      });
}

TEST(ClosureAnalysis, WithoutAFullClosureThePopulationDecides) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0, 0.4}, MadeBlink{6.0, 0.5}};
  made.closed_ear = 0.06;
  const Result result = analyze(made.records());
  EXPECT_EQ(result.summary.calibration.closed_origin.left.source, LevelSource::Estimated);
  EXPECT_NEAR(result.summary.calibration.levels.left.closed_ear, 0.06f, 0.002f);
  ASSERT_EQ(result.of(Eye::Left).size(), 2u);
  EXPECT_EQ(result.of(Eye::Left)[0].kind, BlinkKind::Partial);
  EXPECT_NEAR(result.of(Eye::Left)[0].amplitude, 0.4, 0.02);
  EXPECT_EQ(result.summary.warnings.size(), 2u);
}

TEST(ClosureAnalysis, AnEyeThatNeverShutFollowsTheOther) {
  MadeTrace made;
  made.closed_ear = 0.02;
  made.blinks = {MadeBlink{3.0}, MadeBlink{6.0}};
  std::vector<ClosureInput> records = made.records();
  for (ClosureInput& record : records) record.ear.left = 0.25f;
  const Result result = analyze(records);
  EXPECT_EQ(result.summary.calibration.closed_origin.right.source, LevelSource::Measured);
  EXPECT_NEAR(result.summary.calibration.levels.left.closed_ear, 0.25f * 0.02f / 0.3f, 0.004f);
  EXPECT_EQ(result.summary.calibration.closed_origin.left.source, LevelSource::Estimated);
  EXPECT_EQ(result.of(Eye::Left).size(), 0u);
}

TEST(ClosureAnalysis, SingleWrongFramesAreNeitherBlinksNorCalibration) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0, 0.97}};
  std::vector<ClosureInput> records = made.records();
  for (std::size_t i = 300; i < 2000; i += 200) records[i].ear.right = 0.0f;
  const Result result = analyze(records);
  EXPECT_EQ(result.of(Eye::Right).size(), 1u);
  EXPECT_NEAR(result.summary.calibration.levels.right.closed_ear, 0.0575f, 0.01f);
}

TEST(ClosureAnalysis, MostlyClosedEyesDoNotBecomeTheOpenLevel) {
  MadeTrace made;
  made.duration_s = 60.0;
  made.noise_ear = 0.004;
  made.blinks = {MadeBlink{5.0, 1.0, 0.08, 20.0, 0.2}, MadeBlink{28.0, 1.0, 0.08, 25.0, 0.2}};
  const Result result = analyze(made.records());
  EXPECT_NEAR(result.summary.calibration.levels.right.open_ear, 0.30f, 0.005f);
  EXPECT_NEAR(result.summary.calibration.levels.right.closed_ear, 0.05f, 0.015f);
  ASSERT_EQ(result.of(Eye::Right).size(), 2u);  // long closures are Full events
  EXPECT_NEAR(result.of(Eye::Right)[0].half_width_ms, 20140.0, 100.0);
}

TEST(ClosureAnalysis, FillsShortGapsAndLeavesLongOnes) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0}};
  std::vector<ClosureInput> records = made.records();
  for (std::size_t i = 1000; i < 1010; ++i) records[i].is_trustworthy = false;  // 20 ms
  for (std::size_t i = 1500; i < 1511; ++i) records[i].is_trustworthy = false;  // 22 ms
  for (std::size_t i = 0; i < 3; ++i) records[i].is_trustworthy = false;
  records[4999].is_trustworthy = false;
  const Result result = analyze(records);
  EXPECT_EQ(result.summary.interpolated_frames, 10);
  EXPECT_EQ(result.summary.valid_frames, 5000 - 25);
  EXPECT_EQ(result.summary.face_lost_intervals, 4);
  for (std::size_t i = 1000; i < 1010; ++i) {
    const EyelidSample& sample = result.samples[i];
    EXPECT_TRUE(sample.is_interpolated);
    EXPECT_FALSE(sample.is_valid);
    EXPECT_TRUE(std::isnan(sample.ear.right));
    EXPECT_NEAR(sample.mean_fec, 0.0, 0.01);
  }
  for (const std::size_t i : {0u, 2u, 1500u, 1510u, 4999u}) {
    EXPECT_TRUE(std::isnan(result.samples[i].mean_fec)) << i;
    EXPECT_FALSE(result.samples[i].is_interpolated) << i;
  }
}

TEST(ClosureAnalysis, FecIsTheMeanOfTheValidEyes) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0}};
  std::vector<ClosureInput> records = made.records();
  for (std::size_t i = 0; i < 1000; ++i) records[i].ear.left = kNotAvailable;
  for (std::size_t i = 1000; i < 2000; ++i) records[i].ear.left = 0.24f;
  const Result result = analyze(records);
  EXPECT_EQ(result.samples[500].mean_fec, result.samples[500].fec.right);
  EXPECT_TRUE(result.samples[500].is_valid);
  const EyelidSample& both = result.samples[1500];
  EXPECT_NEAR(both.fec.left, 0.24, 0.02);  // (0.30 - 0.24) / 0.25
  EXPECT_NEAR(both.mean_fec, 0.5 * (both.fec.left + both.fec.right), 1e-6);
}

TEST(ClosureAnalysis, StoredLevelsAreUsedAndDisagreementIsSaid) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0}, MadeBlink{6.0}};
  ClosureOptions options;
  options.calibration = stored_levels(0.40f);
  const Result result = analyze(made.records(), options);
  EXPECT_EQ(result.summary.calibration.open_origin.right.source, LevelSource::Given);
  EXPECT_NEAR(result.samples[100].fec.right, (0.40 - 0.30) / 0.35, 1e-4);
  EXPECT_NEAR(result.samples[100].fec.left, 0.0, 1e-4);
  ASSERT_EQ(result.summary.warnings.size(), 1u);
  EXPECT_NE(result.summary.warnings[0].find("right eye's open level"), std::string::npos);
}

TEST(ClosureAnalysis, TooLittleToCalibrateLeavesFecEmptyWithAReason) {
  MadeTrace made;
  for (const std::size_t count : {0u, 1u, 24u}) {
    std::vector<ClosureInput> records = made.records();
    records.resize(count);
    const Result result = analyze(records);
    EXPECT_EQ(result.samples.size(), count);
    EXPECT_NE(result.summary.no_fec_reason.right.find(std::to_string(count) + " frames"),
              std::string::npos);
    for (const EyelidSample& sample : result.samples) EXPECT_TRUE(std::isnan(sample.mean_fec));
    EXPECT_TRUE(result.blinks.empty());

    ClosureOptions options;  // with a file one frame is enough
    options.calibration = stored_levels(0.30f);
    for (const EyelidSample& sample : analyze(records, options).samples) {
      EXPECT_NEAR(sample.mean_fec, 0.0, 1e-5);
    }
  }
}

TEST(ClosureAnalysis, BadValuesAreNotMeasurements) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0}};
  for (const float bad : {kNotAvailable, std::numeric_limits<float>::infinity(), -0.1f, 7.0f}) {
    std::vector<ClosureInput> records = made.records();
    for (ClosureInput& record : records) record.ear.left = bad;
    const Result result = analyze(records);
    EXPECT_FALSE(result.summary.no_fec_reason.left.empty());
    EXPECT_TRUE(result.summary.no_fec_reason.right.empty());
    EXPECT_EQ(result.blinks.size(), 1u);
    for (const EyelidSample& sample : result.samples) {
      ASSERT_TRUE(std::isnan(sample.ear.left) && std::isnan(sample.fec.left));
      ASSERT_TRUE(std::isfinite(sample.mean_fec));
    }
  }
  std::vector<ClosureInput> records = made.records();
  for (ClosureInput& record : records) record.is_trustworthy = false;
  const Result none = analyze(records);
  EXPECT_EQ(none.summary.valid_frames, 0);
  EXPECT_EQ(none.summary.face_lost_intervals, 1);
}

// One clip per trial: the only blink is cut by the end.
TEST(ClosureAnalysis, ACutBlinkGivesTheClosedLevelIfItsBottomWasSeen) {
  MadeTrace made;
  made.closed_ear = 0.02;
  made.blinks = {MadeBlink{5.0, 1.0, 0.07, 0.1, 0.16}};
  const auto until = [&](double end_s) {
    std::vector<ClosureInput> records = made.records();
    std::erase_if(records, [&](const ClosureInput& record) { return record.time_s >= end_s; });
    return analyze(records);
  };
  const Result shut = until(5.1);
  ASSERT_EQ(shut.of(Eye::Right).size(), 1u);
  EXPECT_TRUE(shut.blinks[0].is_cut);
  EXPECT_EQ(shut.summary.calibration.closed_origin.right.source, LevelSource::Measured);
  EXPECT_NEAR(shut.summary.calibration.levels.right.closed_ear, 0.02f, 0.01f);
  EXPECT_NE(shut.summary.warnings.back().find("2 blinks (each eye's) are cut"), std::string::npos);
  EXPECT_EQ(until(5.05).summary.calibration.closed_origin.right.source, LevelSource::Estimated);
}

TEST(ClosureAnalysis, NothingCrossesTheBorderOfClips) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0}, MadeBlink{5.0, 1.0, 0.07, 0.1, 0.16}, MadeBlink{8.0}};
  std::vector<ClosureInput> records = made.records();
  ClosureOptions options;
  options.calibration = analyze(records).summary.calibration;
  // While the lids are shut, so that a filter or a blink across it would show.
  constexpr double kBorder_s = 5.12;
  std::vector<ClosureInput> first;
  std::vector<ClosureInput> second;
  for (ClosureInput& record : records) {
    record.clip = record.time_s < kBorder_s ? 1 : 2;
    (record.clip == 1 ? first : second).push_back(record);
  }
  const Result session = analyze(records, options);
  const Result alone[] = {analyze(first, options), analyze(second, options)};
  std::size_t i = 0;
  for (const Result& clip : alone) {
    for (const EyelidSample& sample : clip.samples) {
      ASSERT_EQ(session.samples[i].clip, sample.clip);
      ASSERT_EQ(session.samples[i].frame, sample.frame);
      ASSERT_FLOAT_EQ(session.samples[i].fec.right, sample.fec.right) << sample.time_s;
      ++i;
    }
  }
  EXPECT_EQ(i, session.samples.size());
  const auto border = static_cast<std::int64_t>(first.size());
  int cut = 0;
  for (const Blink& blink : session.blinks) {
    EXPECT_EQ(blink.onset_frame < border, blink.offset_frame < border);
    cut += blink.is_cut;
  }
  EXPECT_GE(cut, 2) << "the blink that the border cuts, of both eyes";
}

TEST(ClosureAnalysis, ConstantTracesHaveNoBlinks) {
  const Result open = analyze(MadeTrace{}.records());
  EXPECT_TRUE(open.blinks.empty());
  EXPECT_NEAR(open.samples[100].mean_fec, 0.0, 0.01);
  MadeTrace shut;
  shut.open_ear = 0.06;
  const Result closed = analyze(shut.records());
  EXPECT_NE(closed.summary.no_fec_reason.right.find("never seen open"), std::string::npos);
}

TEST(ClosureAnalysis, RejectsTimesThatDoNotIncrease) {
  for (const double bad : {0.006, 0.008, -1.0, std::nan(""), HUGE_VAL}) {
    std::vector<ClosureInput> records = MadeTrace{}.records();
    records[5].time_s = bad;
    EXPECT_THROW(analyze(records), InputError) << bad;
  }
}

}  // namespace
}  // namespace eyelid::closure
