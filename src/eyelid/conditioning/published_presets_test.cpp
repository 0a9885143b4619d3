// SPDX-License-Identifier: MIT
// Every preset on traces written by hand, with the arithmetic beside it. Samples just outside of a
// window hold values that would change the result: a window that is off by one sample fails.
#include <gtest/gtest.h>

#include "eyelid/conditioning/session_trace_testing.hpp"

namespace eyelid::conditioning {
namespace {

constexpr double kPoison = 0.9;

TEST(Heiney2014, AmplitudeIsTheLast20MsBeforeTheUsMinusTheFirst20MsOfTheCs) {
  // J Neurosci 34:14845. 200 frames/s: 4 samples each.
  ConstructedTrace trace(0.005, 3.0, 0.0);
  trace.fill(1.020, 1.500, kPoison)
      .set(1.000, {0.01, 0.02, 0.03, 0.04})   // mean 0.025
      .set(1.230, {0.10, 0.12, 0.13, 0.15});  // mean 0.125
  const Preset preset = load_preset("heiney2014");
  TrialScore score = trace.score(paired(1, 1.0, 1.25), preset);
  EXPECT_DOUBLE_EQ(score.baseline, 0.025);
  EXPECT_NEAR(score.cr_amplitude, 0.1, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::NoCr) << "the criterion is above 0.1, not at it";

  trace.set(1.245, {0.154});  // mean 0.126
  score = trace.score(paired(1, 1.0, 1.25), preset);
  EXPECT_NEAR(score.cr_amplitude, 0.101, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr) << score.reason;
  EXPECT_TRUE(std::isnan(score.cr_onset_ms)) << "the paper defines no onset";
}

TEST(Heiney2014, PeakTimeIsTheGreatestClosureDuringTheCsOfCsAloneTrials) {
  ConstructedTrace trace(0.005, 6.0, 0.0);
  trace.fill(4.230, 4.250, 0.5).set(4.240, {0.7}).set(4.250, {kPoison});
  const auto scores =
      trace.scores({paired(1, 1.0, 1.25), cs_only(2, 4.0)}, load_preset("heiney2014"));
  EXPECT_EQ(scores[1].verdict, Verdict::Cr);
  EXPECT_NEAR(scores[1].cr_peak_latency_ms, 240.0, 1e-6);
  EXPECT_NEAR(scores[1].isi_ms, 250.0, 1e-6) << "taken from the paired trial";
}

TEST(Heiney2014, AnEyeOver30PercentClosedBeforeTheCsWouldNotHaveStartedTheTrial) {
  ConstructedTrace trace(0.005, 3.0, 0.0);
  trace.set(0.800, {0.301});
  TrialScore score = trace.score(paired(1, 1.0, 1.25), load_preset("heiney2014"));
  EXPECT_EQ(score.verdict, Verdict::Rejected);
  EXPECT_NE(score.reason.find("0.301"), std::string::npos) << score.reason;
  trace.set(0.800, {0.3}).set(0.795, {kPoison});
  score = trace.score(paired(1, 1.0, 1.25), load_preset("heiney2014"));
  EXPECT_EQ(score.verdict, Verdict::NoCr) << score.reason;
}

TEST(Neuroblinks, BaselineIsTheFirst100Of200MsAndTheWindow5MsBeforeTo10MsAfterTheUs) {
  // makePlots.m. 200 frames/s: 20 and 4 samples.
  ConstructedTrace trace(0.005, 3.0, kPoison);
  trace.fill(0.800, 0.900, 0.1).set(1.245, {0.20, 0.21, 0.20, 0.20});  // mean 0.2025
  TrialScore score = trace.score(paired(1, 1.0, 1.25), load_preset("neuroblinks"));
  EXPECT_NEAR(score.baseline, 0.1, 1e-12);
  EXPECT_NEAR(score.cr_amplitude, 0.1025, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  trace.set(1.245, {0.20, 0.20, 0.20, 0.20});
  score = trace.score(paired(1, 1.0, 1.25), load_preset("neuroblinks"));
  EXPECT_EQ(score.verdict, Verdict::NoCr) << score.reason;
}

TEST(Fernando, FourFramesBeforeTheUsAndOnsetAtTheLastFrameOneStepAboveTenPercent) {
  // makePlots.m, eyelidSumsLatencyCR.m. 3 ms frames; the CS is frame 68, the US 83 frames later.
  const double cs = 1.002;
  const double us = 1.251;
  ConstructedTrace trace(0.003, 3.0, kPoison);
  trace
      .fill(0.801, 0.831, 0.02)             // frames 1 to 10: the baseline of the CR
      .fill(0.831, 0.999, 0.02)             // to frame 66: the baseline of the onset
      .fill(cs, us, 0.02)                   // frame 67 holds 0.9
      .set(1.029, {0.5})                    // 27 ms
      .set(1.152, {0.05, 0.07, 0.08, 0.2})  // level 0.07: the third is one step of 0.01 above
      .fill(1.164, 1.239, 0.3)
      .set(1.239, {0.50, 0.52, 0.53, 0.53});  // mean 0.52
  const TrialScore score = trace.score(paired(1, cs, us), load_preset("fernando"));
  EXPECT_NEAR(score.baseline, 0.02, 1e-12);
  EXPECT_NEAR(score.cr_amplitude, 0.5, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_NEAR(score.cr_onset_ms, 156.0, 1e-6);
}

TEST(Fernando, LatenciesUnder100MsAreDiscardedAndPeaksKeptFrom100To350Ms) {
  const double cs = 1.002;
  const double us = 1.251;
  ConstructedTrace trace(0.003, 9.0, 0.0);
  trace.set(1.098, {0.05}).fill(1.101, us, 0.4);  // rises at 96 ms
  trace.fill(4.302, 4.251 + 0.3, 0.4).set(4.352 + 0.001, {0.6});
  const auto scores = trace.scores({paired(1, cs, us), cs_only(2, 4.002)}, load_preset("fernando"));
  EXPECT_EQ(scores[0].verdict, Verdict::Cr);
  EXPECT_TRUE(std::isnan(scores[0].cr_onset_ms));
  EXPECT_EQ(scores[1].verdict, Verdict::NoCr) << "nothing yet in the 4 frames before 249 ms";

  ConstructedTrace late(0.003, 9.0, 0.0);
  late.fill(4.152, 4.400, 0.4).set(4.002 + 0.351, {0.8});
  const auto kept = late.scores({paired(1, cs, us), cs_only(2, 4.002)}, load_preset("fernando"));
  EXPECT_EQ(kept[1].verdict, Verdict::Cr);
  EXPECT_TRUE(std::isnan(kept[1].cr_peak_latency_ms)) << "351 ms is after 350 ms";
}

TEST(Medina, BaselineIsTheMeanOf200MsBeforeTheTone) {
  // KimOhmaeMedina. 40 samples at 200 frames/s.
  ConstructedTrace trace(0.005, 3.0, kPoison);
  trace.fill(0.800, 0.900, 0.1).fill(0.900, 1.000, 0.2).fill(1.230, 1.250, 0.251);
  const TrialScore score = trace.score(paired(1, 1.0, 1.25), load_preset("medina"));
  EXPECT_NEAR(score.baseline, 0.15, 1e-12);
  EXPECT_NEAR(score.cr_amplitude, 0.101, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_DOUBLE_EQ(load_preset("medina").learning.percent, 50.0);
}

TEST(Dutch5Percent, MoreThan5PercentOfTheSessionsUrAboveItsBaseline) {
  // calcMouseForOverviewTraces.m. 40 samples, on average 0.102 and 0.1: the session's baseline is
  // 0.1; URs of 0.5 and 0.7, 0.5 above it on average; 5 % of this are 0.025.
  ConstructedTrace trace(0.005, 9.0, 0.1);
  for (int i = 0; i < 40; i += 2) trace.set(0.8 + 0.005 * i, {0.104});
  trace.set(1.200, {0.125}).set(1.300, {0.5}).set(1.500, {kPoison});
  trace.set(4.200, {0.1251}).set(4.300, {0.7}).set(4.500, {kPoison});
  const auto scores =
      trace.scores({paired(1, 1.0, 1.25), paired(2, 4.0, 4.25)}, load_preset("dutch5pct"));
  EXPECT_NEAR(scores[0].baseline, 0.1, 1e-9);
  EXPECT_NEAR(scores[0].cr_amplitude, 0.05, 1e-9);
  EXPECT_EQ(scores[0].verdict, Verdict::NoCr) << "5 % itself is not enough";
  EXPECT_EQ(scores[1].verdict, Verdict::Cr) << scores[1].reason;
}

TEST(Dutch5Percent, TheOnsetIsTheFirstSampleOverFiveSdOfTheTrialsOwnBaseline) {
  // 40 samples of 0.1 +- 0.002: mean 0.1, SD 0.002 sqrt(40 / 39) = 0.0020255, 5 SD = 0.010127.
  ConstructedTrace trace(0.005, 3.0, 0.1);
  for (int i = 0; i < 40; ++i) trace.set(0.8 + 0.005 * i, {i % 2 ? 0.102 : 0.098});
  trace.set(1.100, {0.1101, 0.1102}).fill(1.110, 1.250, 0.149).fill(1.260, 1.300, 0.9);
  const TrialScore score = trace.score(paired(1, 1.0, 1.25), load_preset("dutch5pct"));
  EXPECT_NEAR(score.baseline, 0.098, 1e-9);
  EXPECT_NEAR(score.baseline_sd, 0.002 * std::sqrt(40.0 / 39.0), 1e-9);
  EXPECT_NEAR(score.cr_onset_ms, 105.0, 1e-6);
}

TEST(Badura, AmplitudesAreSharesOfTheSessionsMedianUr) {
  // eyeblink_analyze_AB.m. 250 frames/s. UR plateaus 0.7, 0.8, 0.9: median trace 0.8.
  ConstructedTrace trace(0.004, 20.0, 0.05);
  const double us[4] = {2.0, 6.0, 10.0, 14.0};
  const double ur[4] = {0.75, 0.85, 0.95, 0.05};
  const double cr[4] = {0.05 + 0.088, 0.05 + 0.08, 0.05, 0.05 + 0.4};  // 0.11, 0.10, 0, 0.5
  // The trials' own URs are 0.875, 1, 1.125 and, without a US, 0.
  for (int i = 0; i < 4; ++i) {
    trace.fill(us[i] - 0.04, us[i], cr[i]).fill(us[i] + 0.012, us[i] + 0.148, ur[i]);
    if (ur[i] > 0.1) trace.fill(us[i] + 0.152, us[i] + 0.3, 1.0);  // behind 150 ms
  }
  const auto scores = trace.scores(
      {paired(1, 1.72, 2.0), paired(2, 5.72, 6.0), us_only(3, 10.0), cs_only(4, 13.72)},
      load_preset("badura"));
  EXPECT_NEAR(scores[0].cr_amplitude, 0.088 / 0.8, 1e-9);
  EXPECT_EQ(scores[0].verdict, Verdict::Cr);
  EXPECT_NEAR(scores[1].cr_amplitude, 0.1, 1e-9);
  EXPECT_EQ(scores[1].verdict, Verdict::NoCr);
  EXPECT_EQ(scores[2].verdict, Verdict::NotApplicable);
  EXPECT_NEAR(scores[3].cr_amplitude, 0.5, 1e-9);
}

TEST(Badura, ATrialFarRestlessThanTheSessionsOthersIsExcluded) {
  ConstructedTrace trace(0.004, 24.0, 0.0);
  std::vector<Trial> trials;
  for (int n = 0; n < 5; ++n) {
    const double us = 2.0 + 4.0 * n;
    for (double t = us - 0.7; t < us - 0.25; t += 0.008) {
      trace.set(t, {n == 3 ? 0.1 : 0.01 + 0.001 * n});
    }
    trace.fill(us + 0.012, us + 0.148, 0.8);
    trials.push_back(paired(n + 1, us - 0.28, us));
  }
  const auto scores = trace.scores(trials, load_preset("badura"));
  for (int n = 0; n < 5; ++n) {
    EXPECT_EQ(scores[static_cast<std::size_t>(n)].verdict == Verdict::Rejected, n == 3)
        << scores[static_cast<std::size_t>(n)].reason;
  }
}

TEST(NajafiShort, GoodAndPoorResponses) {
  // 250 frames/s, puff 200 ms after the CS. Window 1.176 .. 1.212: 10 means of 5 samples.
  ConstructedTrace trace(0.004, 3.0, 0.0);
  trace.set(1.164, {kPoison}).set(1.224, {kPoison}).set(1.192, {0.175});
  const Preset preset = load_preset("najafi-short");
  TrialScore score = trace.score(paired(1, 1.0, 1.2), preset);
  EXPECT_NEAR(score.cr_amplitude, 0.175 / 10.0, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr) << "a peak of 0.035 suffices: " << score.reason;
  EXPECT_EQ(score.grade, "good");
  trace.set(1.192, {0.17}).set(1.164, {0.0});
  score = trace.score(paired(1, 1.0, 1.2), preset);
  EXPECT_EQ(score.verdict, Verdict::NoCr);
  EXPECT_EQ(score.grade, "") << "what counts for a poor response comes before the window";
  trace.fill(1.080, 1.172, 0.04);  // 23 of the 44 samples from the LED to the window
  score = trace.score(paired(1, 1.0, 1.2), preset);
  EXPECT_EQ(score.verdict, Verdict::NoCr);
  EXPECT_EQ(score.grade, "poor");
  trace.fill(1.168, 1.224, 0.03);
  score = trace.score(paired(1, 1.0, 1.2), preset);
  EXPECT_EQ(score.grade, "good") << "a mean of 0.03 suffices";
}

TEST(NajafiShort, OnsetIsTheFirstOfTwoSamplesThatCloseAtHalfAnEyePerSecond) {
  // A ramp of 1.1 FEC/s from 100 ms on. By central differences of 5-sample means its speed is 0.33
  // one sample before the ramp and 0.55 at its first sample.
  ConstructedTrace trace(0.004, 3.0, 0.0);
  for (int i = 0; i < 30; ++i) trace.set(1.1 + 0.004 * i, {0.0044 * i});
  const TrialScore score = trace.score(paired(1, 1.0, 1.2), load_preset("najafi-short"));
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_NEAR(score.cr_onset_ms, 100.0, 1e-6);
}

TEST(NajafiLong, WindowOpens50MsBeforeThePuffAndAsksFor5Percent) {
  ConstructedTrace trace(0.004, 3.0, 0.0);
  trace.set(1.340, {kPoison}).fill(1.344, 1.424, 0.05).set(1.424, {kPoison});
  const Preset preset = load_preset("najafi-long");
  TrialScore score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_NEAR(score.cr_amplitude, 0.05, 1e-9);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  trace.fill(1.344, 1.424, 0.049);
  score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_EQ(score.verdict, Verdict::NoCr);
}

TEST(Emg5Sd, ActivityMustExceedFiveSdAfterTheAlphaWindow) {
  // PMC2843805 figure 1. 1000 samples/s: 249 of them, 0.1 +- 0.01 (one more low: mean 0.09996).
  ConstructedTrace trace(0.001, 3.0, 0.1);
  for (int i = 0; i < 249; ++i) trace.set(0.751 + 0.001 * i, {i % 2 ? 0.11 : 0.09});
  const double mean = (124 * 0.11 + 125 * 0.09) / 249.0;
  trace.set(1.059, {0.5}).set(1.060, {0.150}).set(1.150, {0.151, 0.3}).set(1.250, {kPoison});
  const TrialScore score = trace.score(paired(1, 1.0, 1.25), load_preset("emg5sd"));
  EXPECT_NEAR(score.baseline, mean, 1e-9);
  EXPECT_NEAR(score.baseline_sd, 0.01002, 1e-4);
  EXPECT_EQ(score.verdict, Verdict::Cr);
  EXPECT_TRUE(score.has_alpha) << "0.5 at 59 ms";
  EXPECT_NEAR(score.alpha_amplitude, 0.5 - mean, 1e-9);
  EXPECT_NEAR(score.cr_onset_ms, 150.0, 1e-6) << "0.150 at 60 ms is within 5 SD, 0.151 is not";

  ConstructedTrace alpha_only(0.001, 3.0, 0.1);
  for (int i = 0; i < 249; ++i) alpha_only.set(0.751 + 0.001 * i, {i % 2 ? 0.11 : 0.09});
  alpha_only.set(1.059, {0.5});
  EXPECT_EQ(alpha_only.score(paired(1, 1.0, 1.25), load_preset("emg5sd")).verdict, Verdict::NoCr);
}

TEST(BlinkCheck, RestlessTrialsAreRejected) {
  // blinkCheck.R: the range from -500 to -400 ms, and the 400 ms before the CS against its mean.
  ConstructedTrace trace(0.005, 3.0, 0.0);
  trace.set(0.600, {0.101});
  EXPECT_EQ(trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck")).verdict, Verdict::Rejected);
  trace.set(0.600, {0.0}).set(1.000, {0.101});
  EXPECT_EQ(trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck")).verdict, Verdict::Rejected)
      << "the sample of the CS belongs to the baseline";
  trace.set(1.000, {0.0}).set(0.500, {kPoison});
  EXPECT_EQ(trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck")).verdict, Verdict::NoCr)
      << "-500 ms itself is outside";
}

TEST(BlinkCheck, EarlyOnsetsOfResponsesAreAlphaResponses) {
  ConstructedTrace trace(0.005, 3.0, 0.0);
  trace.set(1.035, {0.2}).set(1.350, {0.3}).set(1.355, {kPoison});
  TrialScore score = trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck"));
  EXPECT_EQ(score.verdict, Verdict::Cr) << score.reason;
  EXPECT_NEAR(score.cr_onset_ms, 35.0, 1e-6);
  EXPECT_NEAR(score.cr_amplitude, 0.3, 1e-9) << "350 ms itself is inside";
  EXPECT_NEAR(score.cr_peak_latency_ms, 350.0, 1e-6);
  trace.set(1.030, {0.11});
  score = trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck"));
  EXPECT_EQ(score.verdict, Verdict::NoCr);
  EXPECT_TRUE(score.has_alpha);
  EXPECT_NE(score.reason.find("alpha"), std::string::npos) << score.reason;
  trace.set(1.035, {0.0}).set(1.350, {0.0}).set(1.030, {0.09});
  score = trace.score(paired(1, 1.0, 1.4), load_preset("blinkcheck"));
  EXPECT_FALSE(score.has_alpha) << "without a response there is no alpha response";
}

TEST(RabbitOoEmg, LearningNeedsEightyPercentOnTwoDays) {
  const Preset preset = load_preset("rabbit-ooemg");
  EXPECT_DOUBLE_EQ(preset.learning.percent, 80.0);
  EXPECT_EQ(preset.learning.sessions, 2);
}

TEST(BlinkLabHuman, BaselineIsTheMedianOf30SamplesAndBlinksAroundTheCsAreRejected) {
  // python SDK, 60 frames/s: 500 ms = 30 samples. CS at sample 60, US at sample 84. Above baseline
  // the trace spans -0.15 to 1: 0.15 of this are 0.1725.
  const double step = 1.0 / 60.0;
  const Preset preset = load_preset("blinklab-human", {"low_pass_hz=off"});
  ConstructedTrace quiet(step, 3.0, 0.0);
  quiet.fill(30 * step, 45 * step, 0.1).fill(45 * step, 60 * step, 0.2);  // median 0.15
  quiet.fill(84 * step, 102 * step, 1.15);
  TrialScore score = quiet.score(paired(1, 1.0, 1.4), preset);
  EXPECT_NEAR(score.baseline, 0.15, 1e-9);
  EXPECT_NE(score.verdict, Verdict::Rejected) << score.reason;
  for (const int sample : {55, 56, 59, 61, 62}) {
    ConstructedTrace trace = quiet;
    trace.set(sample * step, {0.33});
    score = trace.score(paired(1, 1.0, 1.4), preset);
    EXPECT_EQ(score.verdict == Verdict::Rejected, sample >= 56 && sample <= 61)
        << "sample " << sample << ": " << score.reason;
  }
}

TEST(BlinkLabHuman, AmplitudesAreSharesOfTheSpreadOfTheSession) {
  // 500 ms before to 300 ms behind the US: 72 samples of 0 but for 20 of 0.8. Percentile 1: 0;
  // 99.9: rank 0.999 x 71 = 70.93, among the 0.8.
  const double step = 1.0 / 60.0;
  ConstructedTrace trace(step, 3.0, 0.0);
  trace.fill(84 * step, 102 * step, 0.8).fill(82 * step, 84 * step, 0.4);
  const Preset preset = load_preset("blinklab-human", {"low_pass_hz=off"});
  const TrialScore score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_NEAR(score.cr_amplitude, 0.4 / 0.8, 1e-9);
}

TEST(Human, WindowOpensAfterTheAlphaResponseHasDiedDown) {
  // 500 frames/s. Alpha to 0.3 until 80 ms, nothing else: no CR. Smoothing off: plain arithmetic.
  ConstructedTrace trace(0.002, 3.0, 0.02);
  trace.fill(1.030, 1.080, 0.3);
  const Preset preset = load_preset("human", {"smoothing_ms=0"});
  TrialScore score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_EQ(score.verdict, Verdict::NoCr) << score.reason;
  EXPECT_TRUE(score.has_alpha);
  EXPECT_NEAR(score.alpha_amplitude, 0.28, 1e-9);
  trace.fill(1.300, 1.400, 0.121);
  score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_EQ(score.verdict, Verdict::Cr) << score.reason;
  EXPECT_NEAR(score.cr_amplitude, 0.101, 1e-9);
  EXPECT_NEAR(score.amplitude_at_us, 0.101, 1e-9);
  trace.fill(1.300, 1.400, 0.12);
  EXPECT_EQ(trace.score(paired(1, 1.0, 1.4), preset).verdict, Verdict::NoCr);
}

TEST(Human, ABlinkEarlyInTheBaselineDoesNotLiftIt) {
  ConstructedTrace trace(0.002, 3.0, 0.02);
  trace.fill(0.600, 0.860, 0.95);
  const Preset preset = load_preset("human", {"smoothing_ms=0"});
  TrialScore score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_NEAR(score.baseline, 0.02, 1e-9) << "the mean of 500 ms would be 0.50";
  EXPECT_EQ(score.verdict, Verdict::NoCr) << score.reason;
  trace.fill(0.860, 0.902, 0.95);
  score = trace.score(paired(1, 1.0, 1.4), preset);
  EXPECT_EQ(score.verdict, Verdict::Rejected) << "the eye was not at rest in the last 100 ms";
}

TEST(Human, UrAndPeakLatencyAreFoundOnTheTrialsThatHaveThem) {
  ConstructedTrace trace(0.002, 9.0, 0.0);
  trace.set(1.500, {0.97});
  trace.fill(4.300, 4.600, 0.5).set(4.420, {0.6});
  const Preset preset = load_preset("human", {"smoothing_ms=0"});
  const auto scores = trace.scores({paired(1, 1.0, 1.4), cs_only(2, 4.0), us_only(3, 7.0)}, preset);
  EXPECT_NEAR(scores[0].ur_peak, 0.97, 1e-9);
  EXPECT_NEAR(scores[0].ur_peak_latency_ms, 100.0, 1e-6);
  EXPECT_TRUE(std::isnan(scores[0].cr_peak_latency_ms));
  EXPECT_NEAR(scores[1].cr_peak_latency_ms, 420.0, 1e-6);
  EXPECT_TRUE(std::isnan(scores[1].ur_peak));
  EXPECT_EQ(scores[2].verdict, Verdict::NotApplicable);
  EXPECT_NEAR(scores[2].ur_peak, 0.0, 1e-9);
}

}  // namespace
}  // namespace eyelid::conditioning
