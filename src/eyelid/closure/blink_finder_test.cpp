// SPDX-License-Identifier: MIT
#include "eyelid/closure/blink_finder.hpp"

#include "eyelid/closure/binocular_blink_finder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eyelid/closure/trace_testing.hpp"
#include "eyelid/core/error.hpp"

namespace eyelid::closure {
namespace {

// One eye alone, the other not seen.
std::vector<Blink> find_blinks(Eye eye, const std::vector<FecPoint>& trace) {
  std::vector<ClosureRow> rows;
  for (const FecPoint& point : trace) {
    rows.push_back({point.frame,
                    point.time_s,
                    {eye == Eye::Right ? point.fec : kNotAvailable,
                     eye == Eye::Left ? point.fec : kNotAvailable}});
  }
  return closure::find_blinks(rows);
}

std::vector<FecPoint> trace_of(const MadeTrace& made, double noise_fec = 0.0) {
  std::mt19937 random(11);
  std::normal_distribution<double> noise(0.0, 1.0);
  std::vector<FecPoint> trace;
  const auto count = static_cast<std::int64_t>(made.duration_s * made.frames_per_second);
  for (std::int64_t frame = 0; frame < count; ++frame) {
    const double time_s = static_cast<double>(frame) / made.frames_per_second;
    const double fec = made.fec_at(time_s) + noise_fec * noise(random);
    trace.push_back({frame, time_s, static_cast<float>(fec)});
  }
  return trace;
}

std::vector<Blink> blinks_of(const MadeTrace& made) {
  return find_blinks(Eye::Left, trace_of(made));
}

// Linear ramps: 0 until 1.0 s, up to 1 within 100 ms, down within 200 ms; 100 frames/s.
std::vector<FecPoint> ramps(double amplitude) {
  std::vector<FecPoint> trace;
  for (int frame = 0; frame < 200; ++frame) {
    const double t = 0.01 * frame - 1.0;
    const double up = t / 0.1;
    const double down = (0.3 - t) / 0.2;
    const double fec = amplitude * std::max(0.0, std::min(up, down));
    trace.push_back({frame, 0.01 * frame, static_cast<float>(fec)});
  }
  return trace;
}

TEST(BlinkFinder, MeasuresARampByHand) {
  const std::vector<Blink> blinks = find_blinks(Eye::Left, ramps(1.0));
  ASSERT_EQ(blinks.size(), 1u);
  const Blink& blink = blinks[0];
  EXPECT_EQ(blink.eye, Eye::Left);
  EXPECT_NEAR(blink.onset_s, 1.01, 1e-5);  // 10 % up
  EXPECT_NEAR(blink.peak_s, 1.10, 1e-9);
  EXPECT_NEAR(blink.offset_s, 1.28, 1e-5);  // 10 % down
  EXPECT_EQ(blink.peak_frame, 110);
  EXPECT_GE(blink.onset_frame, 101);
  EXPECT_LE(blink.onset_frame, 102);
  EXPECT_GE(blink.offset_frame, 127);
  EXPECT_LE(blink.offset_frame, 128);
  EXPECT_NEAR(blink.amplitude, 1.0, 1e-6);
  EXPECT_NEAR(blink.peak_fec, 1.0, 1e-6);
  EXPECT_EQ(blink.kind, BlinkKind::Full);
  EXPECT_NEAR(blink.closing_ms, 90.0, 0.01);
  EXPECT_NEAR(blink.opening_ms, 180.0, 0.01);
  EXPECT_NEAR(blink.half_width_ms, 150.0, 0.01);  // 1.05 .. 1.20
}

TEST(BlinkFinder, AmplitudeDecidesBetweenFullPartialAndNothing) {
  EXPECT_EQ(find_blinks(Eye::Right, ramps(0.81)).at(0).kind, BlinkKind::Full);
  EXPECT_EQ(find_blinks(Eye::Right, ramps(0.79)).at(0).kind, BlinkKind::Partial);
  EXPECT_EQ(find_blinks(Eye::Right, ramps(0.30)).at(0).kind, BlinkKind::Partial);
  EXPECT_EQ(find_blinks(Eye::Right, ramps(0.21)).size(), 1u);
  EXPECT_EQ(find_blinks(Eye::Right, ramps(0.19)).size(), 0u);
  EXPECT_NEAR(find_blinks(Eye::Right, ramps(0.30)).at(0).onset_s, 1.01, 1e-5);
}

TEST(BlinkFinder, AmplitudeIsAboveTheLevelBeforeTheOnset) {
  std::vector<FecPoint> trace = ramps(0.7);
  for (FecPoint& point : trace) point.fec += 0.2f;
  const Blink blink = find_blinks(Eye::Right, trace).at(0);
  EXPECT_NEAR(blink.amplitude, 0.7, 1e-5);
  EXPECT_NEAR(blink.peak_fec, 0.9, 1e-5);
  EXPECT_EQ(blink.kind, BlinkKind::Full);
}

TEST(BlinkFinder, StretchedTimeStretchesTheBlink) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0, 0.9, 0.08, 0.03, 0.16}};
  MadeTrace slow = made;
  slow.blinks = {MadeBlink{3.0, 0.9, 0.16, 0.06, 0.32}};
  const Blink normal = blinks_of(made).at(0);
  const Blink stretched = blinks_of(slow).at(0);
  EXPECT_NEAR(stretched.onset_s - 3.0, 2.0 * (normal.onset_s - 3.0), 1e-4);
  EXPECT_NEAR(stretched.half_width_ms, 2.0 * normal.half_width_ms, 0.1);
  EXPECT_NEAR(stretched.amplitude, normal.amplitude, 1e-5);
}

TEST(BlinkFinder, TwoPeaksAreTwoBlinksWhenTheEyeReopensHalfWay) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0}, MadeBlink{3.19}};  // reopens to about 0.25
  ASSERT_EQ(blinks_of(made).size(), 2u);
  const std::vector<Blink> two = blinks_of(made);
  EXPECT_LE(two[0].offset_s, two[1].onset_s);
  EXPECT_GT(two[1].onset_s, 3.15);
  made.blinks[1].start_s = 3.13;  // reopens to about 0.7
  ASSERT_EQ(blinks_of(made).size(), 1u);
  EXPECT_NEAR(blinks_of(made)[0].offset_s, made.blinks[1].opening_crossing_s(0.1), 0.002);
}

TEST(BlinkFinder, ACrossingThatTremblesIsOneBlink) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0, 1.0, 0.1, 0.05, 0.3}};
  std::vector<FecPoint> trace = trace_of(made);
  for (FecPoint& point : trace) {
    if (point.frame % 2 == 0) point.fec += 0.09f;  // below the smallest amplitude
  }
  EXPECT_EQ(find_blinks(Eye::Right, trace).size(), 1u);
}

TEST(BlinkFinder, OneWrongFrameIsNoBlinkAtAnyRate) {
  for (const double rate : {25.0, 30.0, 60.0, 240.0, 500.0}) {
    MadeTrace made;
    made.frames_per_second = rate;
    std::vector<FecPoint> trace = trace_of(made);
    trace[trace.size() / 2].fec = 1.2f;
    EXPECT_EQ(find_blinks(Eye::Right, trace).size(), 0u) << rate;
  }
}

TEST(BlinkFinder, AThreeFrameBlinkAt25FramesPerSecondIsOne) {
  std::vector<FecPoint> trace;
  for (int frame = 0; frame < 50; ++frame) trace.push_back({frame, 0.04 * frame, 0.0f});
  trace[24].fec = 0.3f;
  trace[25].fec = 1.0f;
  trace[26].fec = 0.4f;
  const std::vector<Blink> blinks = find_blinks(Eye::Right, trace);
  ASSERT_EQ(blinks.size(), 1u);
  EXPECT_EQ(blinks[0].onset_frame, 24);
  EXPECT_EQ(blinks[0].peak_frame, 25);
  EXPECT_EQ(blinks[0].offset_frame, 26);
}

TEST(BlinkFinder, NoiseAtRestGivesNoBlinks) {
  for (const double noise : {0.02, 0.05, 0.1}) {
    MadeTrace made;
    made.duration_s = 120.0;
    made.blinks = {MadeBlink{60.0, 1.0}};
    EXPECT_EQ(find_blinks(Eye::Right, trace_of(made, noise)).size(), 1u) << noise;
  }
}

TEST(BlinkFinder, LongClosuresAreOneFullEventHoweverLong) {
  for (const double hold_s : {1.0, 5.0, 60.0}) {
    MadeTrace made;
    made.duration_s = 65.0;
    made.blinks = {MadeBlink{2.0, 1.0, 0.1, hold_s, 0.2}};
    const std::vector<Blink> blinks = find_blinks(Eye::Right, trace_of(made, 0.02));
    ASSERT_EQ(blinks.size(), 1u);
    EXPECT_NEAR(blinks[0].half_width_ms, 1000.0 * hold_s + 150.0, 10.0);
    EXPECT_EQ(blinks[0].kind, BlinkKind::Full);
  }
}

TEST(BlinkFinder, GazeDownIsANewRestLevelNotABlink) {
  MadeTrace made;
  made.blinks = {MadeBlink{2.0, 0.35, 0.08, 5.0, 0.1}, MadeBlink{4.0, 1.0}};
  const std::vector<Blink> blinks = blinks_of(made);
  ASSERT_EQ(blinks.size(), 1u);  // only the blink made while looking down
  EXPECT_NEAR(blinks[0].peak_s, 4.08, 0.02);
  EXPECT_NEAR(blinks[0].amplitude, 0.65, 0.01);
}

TEST(BlinkFinder, ABlinkMayEndOnALowerLid) {
  MadeTrace made;
  made.blinks = {MadeBlink{2.0, 1.0}, MadeBlink{2.0, 0.3, 0.08, 5.0, 0.1}};
  const std::vector<Blink> blinks = blinks_of(made);
  ASSERT_EQ(blinks.size(), 1u);
  EXPECT_NEAR(blinks[0].onset_s, made.blinks[0].closing_crossing_s(0.1), 0.002);
  EXPECT_LT(blinks[0].offset_s, 2.3);
}

TEST(BlinkFinder, BlinksCutByAGapOrAnEndAreNotReported) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0}};
  const std::vector<FecPoint> whole = trace_of(made);
  const auto cut = [&](double begin_s, double end_s) {
    std::vector<FecPoint> trace = whole;
    for (FecPoint& point : trace) {
      if (point.time_s >= begin_s && point.time_s < end_s) {
        point.fec = std::numeric_limits<float>::quiet_NaN();
      }
    }
    return find_blinks(Eye::Right, trace).size();
  };
  EXPECT_EQ(cut(0.0, 0.0), 1u);
  EXPECT_EQ(cut(0.0, 5.04), 0u);   // begins while closing
  EXPECT_EQ(cut(5.05, 5.07), 0u);  // a gap inside
  EXPECT_EQ(cut(5.12, 10.0), 0u);  // ends while opening
  EXPECT_EQ(cut(0.0, 4.9), 1u);
  EXPECT_EQ(cut(5.3, 10.0), 1u);
}

TEST(BlinkFinder, DegenerateTraces) {
  EXPECT_TRUE(find_blinks(Eye::Right, {}).empty());
  for (const std::size_t count : {1u, 2u, 3u}) {
    std::vector<FecPoint> trace = ramps(1.0);
    trace.resize(count);
    EXPECT_TRUE(find_blinks(Eye::Right, trace).empty());
  }
  std::vector<FecPoint> trace = ramps(1.0);
  for (FecPoint& point : trace) point.time_s *= 100.0;  // one frame a second
  EXPECT_NO_THROW(find_blinks(Eye::Right, trace));
  for (FecPoint& point : trace) point.time_s *= 1e-9;  // ten million frames a second
  EXPECT_TRUE(find_blinks(Eye::Right, trace).empty());
  for (FecPoint& point : trace) point.fec *= 1e30f;
  EXPECT_NO_THROW(find_blinks(Eye::Right, trace));
  trace[5].time_s = trace[4].time_s;
  EXPECT_THROW(find_blinks(Eye::Right, trace), InputError);
}

}  // namespace
}  // namespace eyelid::closure
