// SPDX-License-Identifier: MIT
#include "eyelid/pipeline/trials_of_session.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/tables/frames_csv.hpp"
#include "temporary_folder.hpp"

namespace eyelid::pipeline {
namespace {

/// Three clips of 1 s at 100 frames/s; the second one lacks its frame 10.
class TrialsOfSession : public ::testing::Test {
 protected:
  TrialsOfSession() {
    tables::FramesCsvWriter frames(folder_ / "frames.csv");
    for (std::int64_t frame = 0; frame < 300; ++frame) {
      if (frame == 110) continue;
      EyelidSample sample;
      sample.frame = frame;
      sample.time_s = 0.01 * static_cast<double>(frame);
      sample.mean_fec = 0.0f;
      sample.clip = static_cast<std::int32_t>(frame / 100) + 1;
      frames.write(sample);
    }
    frames.commit();
  }

  std::vector<TrialRow> trials(const std::string& table) const {
    std::ofstream(folder_ / "trials.csv") << table;
    return trials_of_session(folder_ / "trials.csv", folder_ / "frames.csv");
  }
  std::string error(const std::string& table) const {
    try {
      trials(table);
    } catch (const InputError& error) {
      const std::string text = error.what();
      return text.substr(text.find("trials.csv"));
    }
    return "";
  }

  testing::TemporaryFolder folder_;
};

TEST_F(TrialsOfSession, TimesCountFromTheBeginningOfTheClip) {
  const std::vector<TrialRow> rows = trials(
      "trial,clip,cs_onset_s,us_onset_s,type\n"
      "1,1,0.2,0.5,paired\n"
      "2,3,0.2,0.5,paired\n"
      "3,3,,0.9,us_only\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_DOUBLE_EQ(*rows[0].trial.cs_onset_s, 0.2);
  EXPECT_DOUBLE_EQ(*rows[1].trial.cs_onset_s, 2.2);
  EXPECT_DOUBLE_EQ(*rows[1].trial.us_onset_s, 2.5);
  EXPECT_FALSE(rows[2].trial.cs_onset_s);
  EXPECT_DOUBLE_EQ(*rows[2].trial.us_onset_s, 2.9);
  EXPECT_EQ(rows[2].line, 4);
}

TEST_F(TrialsOfSession, FramesCountInTheClipOrInTheSession) {
  const std::vector<TrialRow> in_clip = trials(
      "trial,clip,cs_onset_frame,us_onset_frame,type\n"
      "1,2,20,50,paired\n"
      "2,3,0,,cs_only\n");
  EXPECT_DOUBLE_EQ(*in_clip[0].trial.cs_onset_s, 1.2);
  EXPECT_DOUBLE_EQ(*in_clip[0].trial.us_onset_s, 1.5);
  EXPECT_DOUBLE_EQ(*in_clip[1].trial.cs_onset_s, 2.0);
  const std::vector<TrialRow> in_session =
      trials("trial,cs_onset_frame,us_onset_frame,type\n1,120,150,paired\n");
  EXPECT_DOUBLE_EQ(*in_session[0].trial.cs_onset_s, 1.2);
}

TEST_F(TrialsOfSession, OneRowMayStandForEveryClip) {
  const std::vector<TrialRow> rows =
      trials("trial,clip,cs_onset_s,us_onset_s,type\n1,each,0.3,0.6,paired\n");
  ASSERT_EQ(rows.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const Trial& trial = rows[static_cast<std::size_t>(i)].trial;
    EXPECT_EQ(trial.number, i + 1);
    EXPECT_DOUBLE_EQ(*trial.cs_onset_s, i + 0.3);
    EXPECT_DOUBLE_EQ(*trial.us_onset_s, i + 0.6);
  }
}

TEST_F(TrialsOfSession, SecondsOfTheSessionStayAsTheyAre) {
  const std::vector<TrialRow> rows =
      trials("trial,cs_onset_s,us_onset_s,type\n1,1.25,1.5,paired\n");
  EXPECT_DOUBLE_EQ(*rows[0].trial.cs_onset_s, 1.25);
}

TEST_F(TrialsOfSession, WhatTheSessionLacksIsNamedWithItsRow) {
  EXPECT_EQ(error("trial,clip,cs_onset_s,us_onset_s,type\n"
                  "1,4,0.2,0.5,paired\n"
                  "2,2,0.8,1.1,paired\n"),
            "trials.csv:2: trial 1: is in clip 4, expected one of the 3 of the session\n" +
                (folder_ / "trials.csv").string() +
                ":3: trial 2: has an onset at 1.1 s, expected one within its clip of 0.990 s");
  EXPECT_EQ(error("trial,clip,cs_onset_frame,us_onset_frame,type\n1,2,10,,cs_only\n"),
            "trials.csv:2: trial 1: has frame 10, expected one of its clip, 0 to 99");
  EXPECT_EQ(error("trial,clip,cs_onset_frame,us_onset_frame,type\n1,2,100,,cs_only\n"),
            "trials.csv:2: trial 1: has frame 100, expected one of its clip, 0 to 99");
  EXPECT_EQ(error("trial,clip,cs_onset_s,us_onset_s,type\n1,0,0.1,0.3,paired\n"),
            "trials.csv:2: column clip: found \"0\", expected the number of a clip, from 1");
  EXPECT_NE(error("trial,clip,cs_onset_s,us_onset_s,type\n"
                  "1,each,0.1,0.3,paired\n2,2,0.1,0.3,paired\n"),
            "");
  EXPECT_EQ(error("trial,clip,cs_onset_frame,us_onset_frame,type\n1,1,0.5,,cs_only\n"),
            "trials.csv:2: column cs_onset_frame: found \"0.5\", expected an integer");
}

}  // namespace
}  // namespace eyelid::pipeline
