// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_scoring.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/core/error.hpp"
#include "eyelid/synthesis/random.hpp"

namespace eyelid::conditioning {
namespace {

TrialRow row_of(const Trial& trial) { return {trial, 2}; }

EyelidSample sample_at(std::int64_t frame, double time_s, float right, float left, float mean) {
  EyelidSample sample;
  sample.frame = frame;
  sample.time_s = time_s;
  sample.fec.right = right;
  sample.fec.left = left;
  sample.mean_fec = mean;
  return sample;
}

TEST(SessionScoring, EyesAreJudgedApartAndTogether) {
  SessionTrace trace;
  for (int i = 0; i < 1500; ++i) {
    const float right = i >= 650 && i < 900 ? 0.5f : 0.0f;
    trace.add(sample_at(i, 0.002 * i, right, 0.0f, 0.5f * right));
  }
  const std::vector<TrialRow> rows{row_of(paired(7, 1.0, 1.4))};
  const SessionScores session = score_session(trace, rows, load_preset("human"));
  ASSERT_EQ(session.scores.size(), 3u);
  EXPECT_EQ(session.scores[0].verdict, Verdict::Cr);
  EXPECT_EQ(session.scores[1].verdict, Verdict::NoCr);
  EXPECT_EQ(session.scores[2].verdict, Verdict::Cr);
  EXPECT_NEAR(session.scores[2].cr_amplitude, 0.25, 1e-6);
  for (const TrialScore& score : session.scores) EXPECT_EQ(score.trial.number, 7);
}

TEST(SessionScoring, GoesByTimeStampsNotByFrames) {
  // The same movement sampled evenly and with steps of 1 to 3 ms.
  const auto course = [](double t) {
    return t < 1.2 ? 0.02 : 0.02 + 0.6 * std::fmin(1.0, (t - 1.2) / 0.15);
  };
  SessionTrace even;
  SessionTrace uneven;
  synthesis::Random random(3, 5);
  double time_s = 0.0;
  for (int i = 0; i < 1500; ++i) {
    const auto fec = static_cast<float>(course(0.002 * i));
    even.add(sample_at(i, 0.002 * i, fec, fec, fec));
    const auto other = static_cast<float>(course(time_s));
    uneven.add(sample_at(i, time_s, other, other, other));
    time_s += random.uniform(0.001, 0.003);
  }
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4))};
  const TrialScore a = score_session(even, rows, load_preset("human")).scores[2];
  const TrialScore b = score_session(uneven, rows, load_preset("human")).scores[2];
  EXPECT_EQ(a.verdict, Verdict::Cr);
  EXPECT_EQ(b.verdict, Verdict::Cr) << b.reason;
  EXPECT_NEAR(a.cr_amplitude, b.cr_amplitude, 0.01);
  EXPECT_NEAR(a.cr_onset_ms, 200.0, 2.0);
  EXPECT_NEAR(b.cr_onset_ms, 200.0, 2.0);
}

TEST(SessionScoring, ATraceFullOfGapsIsRejectedWithTheShareThatIsMissing) {
  SessionTrace trace;
  for (int i = 0; i < 1500; ++i) {
    const float fec = i % 10 < 4 ? kNotAvailable : 0.0f;
    trace.add(sample_at(i, 0.002 * i, fec, 0.0f, 0.0f));
  }
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4))};
  const SessionScores session = score_session(trace, rows, load_preset("human"));
  EXPECT_EQ(session.scores[0].verdict, Verdict::Rejected);
  EXPECT_NE(session.scores[0].reason.find("40 %"), std::string::npos) << session.scores[0].reason;
  EXPECT_EQ(session.scores[1].verdict, Verdict::NoCr);
}

TEST(SessionScoring, FramesThatWereNeverRecordedAreMissingToo) {
  SessionTrace trace;
  for (int i = 0; i < 1500; ++i) {
    if (i > 400 && i < 600) continue;  // 0.8 to 1.2 s: 400 of 900 ms
    trace.add(sample_at(i, 0.002 * i, 0.0f, 0.0f, 0.0f));
  }
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4))};
  const TrialScore score = score_session(trace, rows, load_preset("human")).scores[2];
  EXPECT_EQ(score.verdict, Verdict::Rejected);
  EXPECT_NEAR(score.missing_share, 0.398 / 0.9, 0.002);
}

TEST(SessionScoring, AnOnsetWithinFilledFramesIsMarked) {
  SessionTrace trace;
  for (int i = 0; i < 1500; ++i) {
    const double t = 0.002 * i;
    const auto fec = static_cast<float>(t < 1.2 ? 0.0 : std::fmin(0.6, 4.0 * (t - 1.2)));
    EyelidSample sample = sample_at(i, t, fec, fec, fec);
    sample.is_interpolated = i >= 598 && i < 604;
    trace.add(sample);
  }
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4))};
  const TrialScore score = score_session(trace, rows, load_preset("human")).scores[2];
  EXPECT_TRUE(score.is_onset_interpolated);
  EXPECT_NE(score.reason.find("filled"), std::string::npos) << score.reason;
}

TEST(SessionScoring, BlankTrialsComeBackToo) {
  const SessionTrace trace = ConstructedTrace(0.002, 3.0, 0.0).trace();
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4)),
                                   {{2, std::nullopt, std::nullopt, TrialType::Blank}, 3}};
  const SessionScores session = score_session(trace, rows, load_preset("human"));
  ASSERT_EQ(session.scores.size(), 6u);
  EXPECT_EQ(session.scores[5].verdict, Verdict::NotApplicable);
}

TEST(SessionScoring, RefusesEmptyRecordingsAndTrialLists) {
  const std::vector<TrialRow> rows{row_of(paired(1, 1.0, 1.4))};
  EXPECT_THROW(score_session(SessionTrace(), rows, load_preset("human")), InputError);
  const SessionTrace trace = ConstructedTrace(0.002, 3.0, 0.0).trace();
  EXPECT_THROW(score_session(trace, {}, load_preset("human")), InputError);
}

}  // namespace
}  // namespace eyelid::conditioning
