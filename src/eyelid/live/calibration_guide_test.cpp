// SPDX-License-Identifier: MIT
#include "eyelid/live/calibration_guide.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eyelid::live {
namespace {

/// Frames of 100/s from `from` until `to`; "time name" of each cue.
std::vector<std::string> cues(CalibrationGuide& guide, int from, int to, bool is_measured = true) {
  std::vector<std::string> told;
  for (int frame = from; frame < to; ++frame) {
    if (const auto cue = guide.on_frame(frame * 0.01, is_measured)) {
      told.push_back(std::to_string(frame) + " " + name_of(*cue));
    }
  }
  return told;
}

using Told = std::vector<std::string>;

TEST(CalibrationGuide, GoesThroughRestBlinksAndPuffs) {
  CalibrationGuide guide(
      {.rest_s = 0.995, .blinks = 2, .blink_s = 0.495, .puffs = 2, .puff_s = 1.99});
  EXPECT_EQ(cues(guide, 0, 1000),
            (Told{"0 rest",
                  "100 blink 1",
                  "150 blink 2",
                  "200 puff 1 soon",
                  "300 puff 1",
                  "399 puff 2 soon",
                  "499 puff 2",
                  "598 done"}));
  EXPECT_TRUE(guide.is_over());
}

TEST(CalibrationGuide, RestBeginsWhenSomebodyIsThere) {
  CalibrationGuide guide({.rest_s = 0.995, .blinks = 1, .blink_s = 0.495});
  EXPECT_EQ(cues(guide, 0, 500, false), Told{"0 rest"});
  EXPECT_EQ(cues(guide, 500, 550), Told{});
  // The camera was gone: what happened meanwhile is not known.
  EXPECT_EQ(cues(guide, 1000, 1050), Told{});
  EXPECT_EQ(cues(guide, 1050, 1200), (Told{"1050 blink 1", "1100 done"}));
}

TEST(CalibrationGuide, RepeatsTheBlinks) {
  CalibrationGuide guide({.rest_s = 0.095, .blinks = 1, .blink_s = 0.195});
  EXPECT_EQ(cues(guide, 0, 100).back(), "30 done");
  guide.repeat();
  EXPECT_EQ(cues(guide, 100, 200), (Told{"100 blink 1", "120 done"}));
}

TEST(CalibrationGuide, SaysWhatToDo) {
  EXPECT_EQ(words_of({CalibrationStep::Rest, 0, 0, 5.0}),
            "look at the camera, eyes open and relaxed, for 5 s");
  EXPECT_EQ(words_of({CalibrationStep::Puff, 1, 3, 3.0}), "puff 1 of 3: now");
}

}  // namespace
}  // namespace eyelid::live
