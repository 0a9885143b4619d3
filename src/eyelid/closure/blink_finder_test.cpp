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

TEST(BlinkFinder, TwoPeaksAreTwoBlinksWhenTheEyeClearlyReopens) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0}, MadeBlink{3.19}};  // reopens to 0.16
  ASSERT_EQ(blinks_of(made).size(), 2u);
  const std::vector<Blink> two = blinks_of(made);
  EXPECT_LE(two[0].offset_s, two[1].onset_s);
  EXPECT_GT(two[1].onset_s, 3.15);
  made.blinks[1].start_s = 3.13;  // to 0.53
  EXPECT_EQ(blinks_of(made).size(), 2u);
  made.blinks[1].start_s = 3.1;  // to 0.73
  ASSERT_EQ(blinks_of(made).size(), 1u);
  EXPECT_NEAR(blinks_of(made)[0].offset_s, made.blinks[1].opening_crossing_s(0.1), 0.002);
}

TEST(BlinkFinder, OneOpenFrameInAShutEyeIsNotASecondBlink) {
  MadeTrace made;
  made.frames_per_second = 30.0;
  made.blinks = {MadeBlink{3.0, 1.0, 0.1, 1.0, 0.2}};
  std::vector<FecPoint> trace = trace_of(made);
  trace[108].fec = 0.2f;
  EXPECT_EQ(find_blinks(Eye::Left, trace).size(), 1u);
  trace[109].fec = 0.2f;
  EXPECT_EQ(find_blinks(Eye::Left, trace).size(), 2u);
}

TEST(BlinkFinder, TheOnsetIsThatOfTheLastRise) {
  MadeTrace made;
  made.blinks = {MadeBlink{3.0, 0.3, 0.1, 0.5, 0.1}, MadeBlink{3.4}};  // the lid is lowered before
  const std::vector<Blink> blinks = blinks_of(made);
  ASSERT_EQ(blinks.size(), 1u);
  EXPECT_NEAR(blinks[0].onset_s, made.blinks[1].closing_crossing_s(0.37), 0.002);
  EXPECT_NEAR(blinks[0].amplitude, 0.7, 0.01);
  EXPECT_NEAR(blinks[0].peak_fec, 1.0, 0.01);

  made.blinks[0] = MadeBlink{3.3, 0.3, 0.1, 0.5, 0.1};  // no pause: one closing
  EXPECT_NEAR(blinks_of(made).at(0).onset_s, made.blinks[0].closing_crossing_s(0.33), 0.002);
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

// At 25 frames/s: 1 s of rest, these values (not a number: not seen), rest.
std::vector<Blink> blinks_after_rest(const std::vector<float>& values) {
  std::vector<FecPoint> trace;
  for (int frame = 0; frame < 60; ++frame) {
    const auto i = static_cast<std::size_t>(std::max(0, frame - 25));
    const bool is_given = frame >= 25 && i < values.size();
    trace.push_back({frame, 0.04 * frame, is_given ? values[i] : 0.0f});
  }
  return find_blinks(Eye::Right, trace);
}

TEST(BlinkFinder, OneFrameOfAWideEyeDoesNotEndItsRest) {
  EXPECT_EQ(blinks_after_rest({-0.35f, 0.9f, 0.8f}).size(), 1u);
  // Two do: only the lid's way back to its rest was seen.
  EXPECT_TRUE(blinks_after_rest({-0.35f, -0.35f, 0.25f, 0.1f}).empty());
}

TEST(BlinkFinder, TwoFramesOfRestAfterAGapAreEnough) {
  const float gone = kNotAvailable;
  EXPECT_EQ(blinks_after_rest({gone, gone, 0.0f, 0.0f, 0.9f, 0.8f}).size(), 1u);
  EXPECT_TRUE(blinks_after_rest({gone, gone, 0.0f, 0.9f}).empty());
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

// One blink from 5.0 s on (MadeBlink), of which the seconds begin_s .. end_s are not seen.
std::vector<Blink> blinks_without(double begin_s, double end_s) {
  MadeTrace made;
  made.blinks = {MadeBlink{5.0}};
  std::vector<FecPoint> trace = trace_of(made);
  for (FecPoint& point : trace) {
    if (point.time_s >= begin_s && point.time_s < end_s) {
      point.fec = std::numeric_limits<float>::quiet_NaN();
    }
  }
  return find_blinks(Eye::Right, trace);
}

TEST(BlinkFinder, BlinksCutByAGapOrAnEndSaySo) {
  const struct {
    double begin_s, end_s;
    const char* what;
  } cuts[] = {{0.0, 5.04, "begins while closing"},
              {5.05, 5.07, "a gap while closing"},
              {5.06, 5.16, "a gap while shut"},
              {5.06, 10.0, "ends while closing"},
              {5.12, 10.0, "ends while opening"},
              {5.12, 6.0, "a gap while opening"}};
  const MadeBlink whole{5.0};
  for (const auto& cut : cuts) {
    const std::vector<Blink> blinks = blinks_without(cut.begin_s, cut.end_s);
    ASSERT_EQ(blinks.size(), 1u) << cut.what;
    EXPECT_TRUE(blinks[0].is_cut) << cut.what;
    EXPECT_GE(blinks[0].onset_s, 5.0) << cut.what;
    const bool has_end = cut.end_s < 5.2;
    if (has_end) {
      EXPECT_GT(blinks[0].offset_s, 5.2) << cut.what;
    } else {
      EXPECT_NEAR(blinks[0].offset_s, cut.begin_s, 0.0021) << cut.what;
    }
    if (cut.begin_s > 5.0) {
      EXPECT_NEAR(blinks[0].onset_s, whole.closing_crossing_s(0.1), 0.01) << cut.what;
    }
  }
}

TEST(BlinkFinder, WhatIsSeenWholeIsNotCut) {
  for (const auto& [begin_s, end_s] : {std::pair{0.0, 0.0}, {0.0, 4.9}, {5.35, 10.0}}) {
    const std::vector<Blink> blinks = blinks_without(begin_s, end_s);
    ASSERT_EQ(blinks.size(), 1u) << begin_s;
    EXPECT_FALSE(blinks[0].is_cut) << begin_s;
  }
}

// Lids that rest lower after the blink than before, as of a person who smiled until then; stamps
// rounded to milliseconds as Matroska does.
std::vector<Blink> blinks_onto_a_lower_lid(int frames) {
  std::vector<FecPoint> trace;
  for (int frame = 0; frame < frames; ++frame) {
    const double time_s = std::round(1000.0 * frame / 30.0) / 1000.0;
    const float closing[] = {0.1f, 0.5f, 1.0f, 0.9f, 0.6f, 0.05f};
    const float fec = frame < 30 ? -0.4f : frame < 36 ? closing[frame - 30] : 0.0f;
    trace.push_back({frame, time_s, fec});
  }
  return find_blinks(Eye::Left, trace);
}

TEST(BlinkFinder, ABlinkOntoALowerLidCountsAlsoJustBeforeTheEnd) {
  const std::vector<Blink> whole = blinks_onto_a_lower_lid(45);
  ASSERT_EQ(whole.size(), 1u);  // 9 frames after frame 35, 0.2999... s by the rounded stamps
  EXPECT_FALSE(whole[0].is_cut);
  EXPECT_EQ(whole[0].offset_frame, 35);

  const std::vector<Blink> early = blinks_onto_a_lower_lid(40);
  ASSERT_EQ(early.size(), 1u);
  EXPECT_TRUE(early[0].is_cut);
  EXPECT_EQ(early[0].offset_frame, 35);
  EXPECT_EQ(early[0].half_width_ms, whole[0].half_width_ms);

  const std::vector<Blink> opening = blinks_onto_a_lower_lid(35);
  ASSERT_EQ(opening.size(), 1u);
  EXPECT_TRUE(opening[0].is_cut);
  EXPECT_EQ(opening[0].offset_frame, 34);
}

TEST(BlinkFinder, TwoBlinksBesideAGapAreTwo) {
  std::vector<FecPoint> trace;
  for (int frame = 0; frame < 200; ++frame) {
    // Shut at 1.0 s and reopened when the face is lost, shut again when it is found 200 ms later.
    const bool is_shut = (frame >= 100 && frame < 110) || (frame >= 132 && frame < 142);
    const bool is_lost = frame >= 112 && frame < 132;
    trace.push_back({frame, 0.01 * frame, is_lost ? kNotAvailable : is_shut ? 1.0f : 0.0f});
  }
  const std::vector<Blink> blinks = find_blinks(Eye::Left, trace);
  ASSERT_EQ(blinks.size(), 2u);
  EXPECT_FALSE(blinks[0].is_cut);
  EXPECT_TRUE(blinks[1].is_cut);
  EXPECT_EQ(blinks[1].onset_frame, 132);
}

TEST(BlinkFinder, TheFloorOfACutBlinkIsKnownOnceTheLidHasTurned) {
  const auto floor_of = [](std::size_t frames) {
    const std::vector<float> blink = {0.0f, 0.3f, 0.7f, 1.0f, 0.8f, 0.5f, 0.4f};  // at 30/s
    float floor = -1.0f;
    BlinkFinder finder({Eye::Left, kMaxAmplitudeThreshold},
                       [&](const Blink&, float floor_fec) { floor = floor_fec; });
    for (int frame = 0; frame < 30; ++frame) finder.push({frame, frame / 30.0, 0.0f}, frame == 0);
    for (std::size_t i = 0; i < frames; ++i) {
      const auto frame = static_cast<std::int64_t>(30 + i);
      finder.push({frame, static_cast<double>(frame) / 30.0, blink[i]}, false);
    }
    finder.finish();
    return floor;
  };
  EXPECT_NEAR(floor_of(7), 1.0f, 0.01f);
  EXPECT_NEAR(floor_of(5), 1.0f, 0.01f);
  EXPECT_TRUE(std::isnan(floor_of(4)));  // the peak is the last frame: it may have gone further
}

TEST(BlinkFinder, ASmallRiseBeforeAGapIsNoBlink) {
  EXPECT_TRUE(blinks_without(5.03, 10.0).empty());
  EXPECT_TRUE(blinks_without(0.0, 5.2).empty());  // half open at first sight: never seen shut
}

TEST(BlinkFinder, AnEyeShutOnBothSidesOfALongGapBlinksTwice) {
  MadeTrace made;
  made.blinks = {MadeBlink{2.0, 1.0, 0.08, 3.0, 0.15}};
  std::vector<FecPoint> trace = trace_of(made);
  for (FecPoint& point : trace) {
    if (point.time_s >= 3.0 && point.time_s < 3.5) {
      point.fec = std::numeric_limits<float>::quiet_NaN();
    }
  }
  const std::vector<Blink> blinks = find_blinks(Eye::Right, trace);
  ASSERT_EQ(blinks.size(), 2u);
  EXPECT_TRUE(blinks[0].is_cut && blinks[1].is_cut);
  EXPECT_NEAR(blinks[0].offset_s, 3.0, 0.003);
  EXPECT_NEAR(blinks[1].onset_s, 3.5, 0.003);
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
