// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "eyelid/core/error.hpp"
#include "eyelid/pipeline/score_session.hpp"
#include "temporary_folder.hpp"
#include "text_of_file.hpp"

namespace eyelid::pipeline {
namespace {

constexpr int kTrials = 12;
constexpr double kIsi_s = 0.4;
constexpr double kOpen_px = 900.0;
constexpr double kShut_px = 100.0;

double cs_s(int trial) { return 2.0 + 3.0 * trial; }

// Of 0 to 1: even trials have a conditioned closure of 0.5 before the reflex, which is whole.
double closure_at(double time_s) {
  double closure = 0.0;
  const auto rise = [&](double from_s, double height) {
    const double since_s = time_s - from_s;
    if (since_s < 0.0 || since_s > 0.5) return;
    closure = std::max(closure, height * std::min({1.0, since_s / 0.06, (0.5 - since_s) / 0.2}));
  };
  for (int trial = 0; trial < kTrials; ++trial) {
    if (trial % 2 == 0) rise(cs_s(trial) + 0.2, 0.5);
    rise(cs_s(trial) + kIsi_s + 0.03, 1.0);
  }
  return closure;
}

class ImportedSession : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  // The area of the eye in pixels, as a German Excel saves it.
  std::filesystem::path area() const {
    std::string text =
        "\xEF\xBB\xBFZeit (ms);Fl\xC3\xA4"
        "che\r\n";
    for (int i = 0; i < 250 * 40; ++i) {
      std::string row = std::to_string(4 * i) + ";" +
                        std::to_string(kOpen_px - (kOpen_px - kShut_px) * closure_at(0.004 * i));
      std::ranges::replace(row, '.', ',');
      text += row + "\r\n";
    }
    return write("area.csv", text);
  }

  // BIDS, on a clock 100 s ahead; every CS bounces.
  std::filesystem::path events() const {
    std::string text = "onset\tduration\ttrial_type\tblock\n";
    for (int trial = 0; trial < kTrials; ++trial) {
      const double at = 100.0 + cs_s(trial);
      const std::string block = trial < 6 ? "\t1\n" : "\t2\n";
      text += std::to_string(at) + "\t0.4\ttone" + block;
      text += std::to_string(at + 0.003) + "\t0.4\ttone" + block;
      text += std::to_string(at + kIsi_s) + "\t0.02\tpuff" + block;
    }
    return write("events.tsv", text);
  }

  ScoreRequest request() const {
    ScoreRequest one;
    one.trace_file = area();
    one.folder = folder_ / "out";
    one.trace.columns = {{"time", "Zeit (ms)"},
                         {"area",
                          "Fl\xC3\xA4"
                          "che"}};
    one.calibrate_from_trials = true;
    one.events_file = events();
    one.log.names.cs = {"tone"};
    one.log.names.us = {"puff"};
    one.events_offset_s = -100.0;
    return one;
  }

  static std::string error_of(const ScoreRequest& one) {
    try {
      score_folder(one);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  eyelid::testing::TemporaryFolder folder_;
};

TEST_F(ImportedSession, AnAreaAndALogOfOtherProgramsAreScored) {
  ScoredSession session = score_folder(request());
  ASSERT_EQ(session.rows.size(), static_cast<std::size_t>(kTrials));
  for (int trial = 0; trial < kTrials; ++trial) {
    const TrialScore& score = session.scores[static_cast<std::size_t>(3 * trial) + kMeanOfEyes];
    EXPECT_NEAR(*score.trial.cs_onset_s, cs_s(trial), 1e-5);
    EXPECT_EQ(score.verdict, trial % 2 == 0 ? Verdict::Cr : Verdict::NoCr) << score.reason;
    EXPECT_NEAR(score.ur_peak, 1.0, 0.03);
  }
  ASSERT_FALSE(session.warnings.empty());
  EXPECT_NE(session.warnings.front().find("12 events are within 50 ms"), std::string::npos);
  session.run->commit();
  session.run.reset();  // unlocks the folder
  // What is left can be scored again as a folder.
  EXPECT_EQ(eyelid::testing::text_of_file(folder_ / "out" / "conditions.csv").substr(0, 50),
            "condition,value,eye,trials,judged,rejected,crs,per");
  ScoreRequest again;
  again.folder = folder_ / "out";
  again.trials_file = folder_ / "out" / "trials_placed.csv";
  const ScoredSession second = score_folder(again);
  EXPECT_NEAR(
      second.scores[kMeanOfEyes].cr_amplitude, session.scores[kMeanOfEyes].cr_amplitude, 1e-4);
  EXPECT_EQ(second.rows[7].trial.conditions,
            (TrialConditions{{"duration", "0.4"}, {"block", "2"}}));
}

TEST_F(ImportedSession, DebounceIsTheUsers) {
  ScoreRequest one = request();
  one.debounce_s = 0.001;
  EXPECT_EQ(score_folder(one).rows.size(), 24u);
}

TEST_F(ImportedSession, AFolderOfAnotherProgramIsCalibratedFromItsTrials) {
  std::string frames = "frame,time_s,fec\n";
  for (int i = 0; i < 250 * 40; ++i) {
    frames += std::to_string(i) + "," + std::to_string(0.004 * i) + "," +
              std::to_string(0.2 + 0.4 * closure_at(0.004 * i)) + "\n";
  }
  std::filesystem::create_directories(folder_ / "theirs");
  write("theirs/frames.csv", frames);
  std::string trials = "trial,cs_onset_s,us_onset_s,type\n";
  for (int trial = 0; trial < kTrials; ++trial) {
    trials += std::to_string(trial) + "," + std::to_string(cs_s(trial)) + "," +
              std::to_string(cs_s(trial) + kIsi_s) + ",paired\n";
  }
  write("theirs/trials.csv", trials);
  ScoreRequest one;
  one.folder = folder_ / "theirs";
  one.calibrate_from_trials = true;
  const ScoredSession session = score_folder(one);
  EXPECT_NEAR(session.scores[kMeanOfEyes].ur_peak, 1.0, 0.03);
  EXPECT_NEAR(session.scores[kMeanOfEyes].baseline, 0.0, 0.01);
}

TEST_F(ImportedSession, SaysWhatItNeeds) {
  const auto ends_with = [&](const ScoreRequest& one, const std::string& end) {
    const std::string error = error_of(one);
    EXPECT_TRUE(error.ends_with(end)) << error;
  };
  ScoreRequest one = request();
  one.calibrate_from_trials = false;
  ends_with(one, "without its levels, expected --calibrate-from-trials, or --levels OPEN,CLOSED");
  one.opening_levels = opening_levels_from("900,100");
  EXPECT_NEAR(score_folder(one).scores[kMeanOfEyes].ur_peak, 1.0, 0.03);
  one = request();
  one.events_offset_s.reset();
  ends_with(one,
            "events.tsv: an event log on a clock of its own, expected --sync-region (a lamp in the "
            "film), or --events-offset SECONDS (added to its times; 0: already on the clock of the "
            "video)");
  one = request();
  one.events_file.clear();
  ends_with(one, "area.csv: a trace without trials, expected --trials FILE or --events LOG");
  one = request();
  std::filesystem::create_directories(one.folder);
  write("out/frames.csv", "frame,time_s,fec\n0,0,0\n");
  ends_with(
      one,
      "frames.csv: is not of an imported trace, expected another --out folder for the results");
  EXPECT_EQ(eyelid::testing::text_of_file(one.folder / "frames.csv"), "frame,time_s,fec\n0,0,0\n");
}

}  // namespace
}  // namespace eyelid::pipeline
