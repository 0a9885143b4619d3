// SPDX-License-Identifier: MIT
#include "eyelid/conditioning/session_trace.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eyelid/conditioning/session_scoring.hpp"
#include "eyelid/conditioning/session_trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kStep_s = 0.002;

// 500 frames/s; closes slowly and fast, so that any sample out of place shows.
EyelidSample sample_of(std::int64_t frame) {
  EyelidSample sample;
  sample.frame = frame;
  sample.time_s = kStep_s * static_cast<double>(frame);
  const double phase = std::fmod(sample.time_s, 20.0);
  const double reflex = phase > 5.25 && phase < 5.45 ? 0.9 : 0.02 * std::sin(40.0 * sample.time_s);
  const double response = phase > 5.15 && phase < 5.25 ? 0.3 : 0.0;
  sample.fec.right = sample.fec.left = static_cast<float>(reflex + response);
  sample.mean_fec = sample.fec.right;
  return sample;
}

std::vector<TrialRow> trials_of(int count, double every_s, double cs_s) {
  std::vector<TrialRow> rows;
  for (int i = 0; i < count; ++i) {
    const double at = every_s * i + cs_s;
    rows.push_back({paired(i + 1, at, at + 0.25), i + 2});
  }
  return rows;
}

TEST(SessionTrace, KeepsOnlySamplesNearTrialsAndScoresAsWithAll) {
  const std::vector<TrialRow> rows = trials_of(30, 20.0, 5.0);
  for (const std::string& name : preset_names()) {
    const Preset preset = load_preset(name);
    SessionTrace all;
    SessionTrace near(spans_of_trials(rows, preset));
    for (std::int64_t frame = 0; frame < 300'000; ++frame) {
      all.add(sample_of(frame));
      near.add(sample_of(frame));
    }
    EXPECT_LT(near.time_s().size(), all.time_s().size() / 4) << name;
    EXPECT_EQ(near.frames(), all.frames());
    EXPECT_EQ(near.last_s(), all.last_s());
    EXPECT_EQ(near.frame_interval_s(), all.frame_interval_s());
    const SessionScores expected = score_session(all, rows, preset);
    const SessionScores found = score_session(near, rows, preset);
    ASSERT_EQ(found.scores.size(), expected.scores.size());
    for (std::size_t i = 0; i < found.scores.size(); ++i) {
      const TrialScore& a = expected.scores[i];
      const TrialScore& b = found.scores[i];
      EXPECT_EQ(a.verdict, b.verdict) << name << " " << b.reason;
      EXPECT_EQ(a.reason, b.reason) << name;
      for (const auto figure : {&TrialScore::baseline,
                                &TrialScore::cr_amplitude,
                                &TrialScore::cr_onset_ms,
                                &TrialScore::ur_peak,
                                &TrialScore::missing_share}) {
        // A running mean that starts elsewhere rounds its last bits differently.
        if (!std::isnan(a.*figure)) {
          EXPECT_NEAR(a.*figure, b.*figure, 1e-9) << name;
        }
        EXPECT_EQ(std::isnan(a.*figure), std::isnan(b.*figure)) << name;
      }
    }
  }
}

TEST(SessionTrace, WindowsOfAPresetExtendWhatIsKept) {
  const std::vector<TrialRow> rows = trials_of(1, 1.0, 20.0);
  const Preset preset = load_preset("human", {"baseline.from=cs-9000ms", "ur.to=us+7000ms"});
  const std::vector<TimeSpan> spans = spans_of_trials(rows, preset);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_LE(spans[0].from_s, 11.0);
  EXPECT_GE(spans[0].to_s, 27.25);
}

TEST(SessionTrace, SpansThatOverlapAreOne) {
  const Preset preset = load_preset("human");
  EXPECT_EQ(spans_of_trials(trials_of(5, 1.0, 5.0), preset).size(), 1u);
  EXPECT_EQ(spans_of_trials(trials_of(5, 30.0, 5.0), preset).size(), 5u);
}

// A clip that ends in full closure, and one that begins with it: whatever a trial of the other
// clip takes from there would show in its baseline.
SessionTrace two_clips() {
  SessionTrace trace;
  for (std::int64_t frame = 0; frame < 1000; ++frame) {
    EyelidSample sample;
    sample.frame = frame;
    sample.time_s = kStep_s * static_cast<double>(frame);
    sample.clip = frame < 500 ? 1 : 2;
    const bool is_shut = frame >= 400 && frame < 500;
    sample.fec.right = sample.fec.left = sample.mean_fec = is_shut ? 1.0f : 0.0f;
    trace.add(sample);
  }
  return trace;
}

TEST(SessionTrace, NoWindowReachesIntoTheClipBefore) {
  const SessionTrace trace = two_clips();
  ASSERT_EQ(trace.clips().size(), 2u);
  EXPECT_EQ(trace.clips()[1].number, 2);
  EXPECT_DOUBLE_EQ(trace.clips()[1].first_s, 1.0);
  // Its baseline would begin at 0.6 s, in the clip before.
  const std::vector<TrialRow> rows = {{paired(1, 1.1, 1.35), 2}};
  const Preset preset =
      load_preset("human", {"baseline.quiet_range=off", "baseline.from=cs-500ms"});
  const TrialScore score = score_session(trace, rows, preset).scores[kMeanOfEyes];
  EXPECT_DOUBLE_EQ(score.baseline, 0.0);
  EXPECT_GT(score.missing_share, 0.4) << "the baseline was seen for 0.1 s of 0.5 s";
}

TEST(SessionTrace, ATrialAcrossTheBorderOfClipsIsRejected) {
  const std::vector<TrialRow> rows = {{paired(1, 0.9, 1.15), 2}, {paired(2, 1.5, 1.75), 3}};
  const SessionScores session = score_session(two_clips(), rows, load_preset("human"));
  ASSERT_EQ(session.unscorable.size(), 1u);
  EXPECT_EQ(session.unscorable[0].what,
            "runs from 0.900 to 1.150 s, outside of clip 1 of 0.000 to 0.998 s");
  EXPECT_EQ(session.scores[kMeanOfEyes].verdict, Verdict::Rejected);
}

TEST(SessionTrace, ClipsMustNotDecrease) {
  SessionTrace trace;
  EyelidSample sample;
  sample.clip = 2;
  trace.add(sample);
  sample.frame = 1;
  sample.time_s = 1.0;
  sample.clip = 1;
  EXPECT_THROW(trace.add(sample), InputError);
}

}  // namespace
}  // namespace eyelid::conditioning
