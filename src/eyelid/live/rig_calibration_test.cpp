// SPDX-License-Identifier: MIT
#include "eyelid/live/rig_calibration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace eyelid::live {
namespace {

constexpr double kFps = 200.0;
constexpr float kOpen = 0.30f;
constexpr float kShut = 0.02f;

/// Shut for half a second, 0.6 s after each request of a blink or a puff.
class Person {
 public:
  explicit Person(float shut) : shut_(shut) {}
  void hear(const CalibrationCue& cue, double time_s) {
    if (cue.step == CalibrationStep::Blink || cue.step == CalibrationStep::Puff) asked_s_ = time_s;
  }
  float ear(double time_s) const {
    const double into_s = time_s - asked_s_ - 0.6;
    const double ramp = std::min(std::min(into_s, 0.5 - into_s) / 0.07, 1.0);
    const float tremor = 0.002f * static_cast<float>(std::sin(61.0 * time_s));
    return kOpen + tremor - (ramp > 0.0 ? static_cast<float>(ramp) * (kOpen - shut_) : 0.0f);
  }

 private:
  float shut_;
  double asked_s_ = -100.0;
};

class RigCalibrationTest : public ::testing::Test {
 protected:
  /// Until the levels are known or given up; sentences of all attempts in sentences_.
  CalibrationOutcome calibrate(Person person, int puffs = 0) {
    Calibration conditions;
    conditions.subject = "anna";
    RigCalibration calibration(
        {.rest_s = 3.0, .blinks = 3, .blink_s = 2.0, .puffs = puffs}, folder_.path(), conditions);
    for (std::int64_t i = 0; i < 60 * static_cast<std::int64_t>(kFps); ++i) {
      MeasuredFrame frame;
      frame.measurement.frame = i;
      frame.measurement.time_s = static_cast<double>(i) / kFps;
      frame.measurement.trusted_eyes = {true, true};
      const float ear = person.ear(frame.measurement.time_s);
      frame.measurement.ear = {ear, ear};
      if (const auto cue = calibration.on_frame(frame)) {
        person.hear(*cue, frame.measurement.time_s);
        cues_.push_back(name_of(*cue));
      }
      if (!calibration.is_waiting()) continue;
      CalibrationOutcome outcome = calibration.find_levels();
      sentences_.push_back(outcome.sentence);
      if (!outcome.is_repeated) return outcome;
    }
    ADD_FAILURE() << "it never ended";
    return {};
  }

  testing::TemporaryFolder folder_;
  std::vector<std::string> cues_;
  std::vector<std::string> sentences_;
};

TEST_F(RigCalibrationTest, FindsTheLevelsThatWereShown) {
  const CalibrationOutcome outcome = calibrate(Person(kShut), 2);
  ASSERT_TRUE(outcome.levels.has_value()) << outcome.sentence;
  for (const Eye eye : kEyes) {
    EXPECT_NEAR(outcome.levels->levels[eye].open_ear, kOpen, 0.01f);
    EXPECT_NEAR(outcome.levels->levels[eye].closed_ear, kShut, 0.01f);
    EXPECT_EQ(outcome.levels->closed_origin[eye].source, LevelSource::Measured);
  }
  EXPECT_EQ(outcome.levels->subject, "anna");
  EXPECT_EQ(outcome.levels->date.size(), std::string("2026-11-22T18:44:02Z").size());
  EXPECT_EQ(cues_,
            (std::vector<std::string>{"rest",
                                      "blink 1",
                                      "blink 2",
                                      "blink 3",
                                      "puff 1 soon",
                                      "puff 1",
                                      "puff 2 soon",
                                      "puff 2",
                                      "done"}));
  EXPECT_EQ(sentences_.size(), 1u);
}

TEST_F(RigCalibrationTest, AsksAgainIfNoLidWasShutAndSaysThatTheLevelIsAGuess) {
  const CalibrationOutcome outcome = calibrate(Person(kOpen - 0.01f));
  ASSERT_TRUE(outcome.levels.has_value()) << outcome.sentence;
  EXPECT_EQ(outcome.levels->closed_origin.right.source, LevelSource::Estimated);
  ASSERT_EQ(sentences_.size(), static_cast<std::size_t>(RigCalibration::kAttempts));
  EXPECT_NE(sentences_[0].find("no full closure was seen"), std::string::npos) << sentences_[0];
  EXPECT_NE(sentences_.back().find("uncertain"), std::string::npos) << sentences_.back();
  EXPECT_EQ(std::count(cues_.begin(), cues_.end(), "blink 1"), RigCalibration::kAttempts);
  EXPECT_EQ(std::count(cues_.begin(), cues_.end(), "rest"), 1);
}

}  // namespace
}  // namespace eyelid::live
